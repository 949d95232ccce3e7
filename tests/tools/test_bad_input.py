"""What a user got wrong is said in one sentence, with exit status 2."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from command_line import DEMO, ROOT, on, run
from hostile import save, touch


def assert_one_sentence(done, *words: str) -> None:
    assert done.returncode == 2, done.stderr[-2000:]
    assert 'Traceback' not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    for word in words:
        assert word in line


@pytest.fixture
def broken(fruit, tmp_path):
    """A copy of the data whose training annotations a test can spoil."""
    root = tmp_path / 'fruit'
    shutil.copytree(fruit, root)

    def spoil(change) -> None:
        path = root / 'annotations' / 'train.json'
        content = json.loads(path.read_text())
        content = change(content) or content
        path.write_text(json.dumps(content))

    return root, spoil


def train(data, work, *options: str):
    return run('train.py', DEMO, '--work-dir', work, *on(data), *options)


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        ('tasks.neck.of=courgette', ("'neck'", "'courgette'", "'cucumber'")),
        ('tasks.neck.type=GradeTask', ("'neck'", "'GradeTask'", "'ClassificationTask'")),
        ('tasks.neck.sort=up', ("'neck'", "'sort'", "'classes'")),
        ('classes=melon,color_board', ("'cucumber'", "'melon'")),
    ],
)
def test_unknown_class_task_or_option(fruit, tmp_path, option, words):
    assert_one_sentence(train(fruit, tmp_path, option), *words)


def test_label_outside_the_tasks_classes(broken, tmp_path):
    root, spoil = broken

    def change(content):
        content['annotations'][0]['attributes']['neck'] = '9'

    spoil(change)
    assert_one_sentence(train(root, tmp_path / 'w'), 'train.json', 'annotation 1', "'neck'", "'9'")


def test_balancer_of_a_task_that_does_not_exist(fruit, tmp_path):
    options = ('model.balancer.type=FixedWeights', 'model.balancer.weights.colour=2')
    assert_one_sentence(train(fruit, tmp_path, *options), 'FixedWeights', "'colour'", "'neck'")


def test_shares_that_do_not_sum_to_one(fruit, tmp_path):
    leaf = tmp_path / 'leaf.py'
    leaf.write_text(
        f'_base_ = {str(DEMO)!r}\n'
        "sampler = dict(_delete_=True, type='ShareSampler', shares=dict(mask=0.5, neck=0.6))\n"
        'train_dataloader = dict(sampler=sampler, batch_sampler=None)\n'
    )
    done = run('train.py', leaf, '--work-dir', tmp_path, *on(fruit))
    assert_one_sentence(done, 'shares must sum to 1', '0.5 + 0.6')


@pytest.mark.parametrize('boxes', [True, False])
def test_annotation_file_without_any_label_of_any_task(broken, tmp_path, boxes):
    root, spoil = broken

    def change(content):
        keys = ('id', 'image_id', 'category_id', 'bbox', 'area')
        bare = [{key: annotation[key] for key in keys} for annotation in content['annotations']]
        content['annotations'] = bare if boxes else []

    spoil(change)
    done = train(root, tmp_path / 'w')
    assert_one_sentence(done, 'train.json', "'neck'" if boxes else 'labels nothing')


def test_missing_image(broken, tmp_path):
    root, _ = broken
    (root / 'train' / '000002.jpg').unlink()
    assert_one_sentence(train(root, tmp_path / 'w'), 'train.json', 'image 2', '000002.jpg')


def test_annotation_file_that_is_not_coco(broken, tmp_path):
    root, spoil = broken
    spoil(lambda content: dict(regions={}))
    assert_one_sentence(train(root, tmp_path / 'w'), 'train.json', 'not COCO')


def test_missing_annotation_file(broken, tmp_path):
    root, _ = broken
    (root / 'annotations' / 'train.json').unlink()
    assert_one_sentence(train(root, tmp_path / 'w'), 'no annotation file', 'train.json')


def test_transform_that_would_leave_labels_behind(fruit, tmp_path):
    leaf = tmp_path / 'leaf.py'
    leaf.write_text(
        f'_base_ = {str(DEMO)!r}\n'
        "pipeline = [dict(type='LoadTaskAnnotations'), dict(type='RandomAffine')]\n"
        'train_dataloader = dict(dataset=dict(pipeline=pipeline))\n'
    )
    done = run('train.py', leaf, '--work-dir', tmp_path, *on(fruit))
    assert_one_sentence(done, 'RandomAffine', "'spine'")


@pytest.mark.parametrize('tool', ['test.py', 'predict.py'])
def test_checkpoint_of_another_architecture(tool, trained, fruit, tmp_path):
    # The full width of the demo's network, where the checkpoint has a quarter of it.
    where = ('--work-dir',) if tool == 'test.py' else (fruit / 'test', '--out-dir')
    more = (*where, tmp_path)
    data = [option for option in on(fruit) if not option.startswith('model.')]
    done = run(tool, DEMO, trained / 'epoch_1.pth', *more, *data)
    assert_one_sentence(done, 'epoch_1.pth', 'another network')


def test_checkpoint_that_is_no_checkpoint(fruit, tmp_path):
    torch.save([1, 2], tmp_path / 'list.pth')
    done = run('test.py', DEMO, tmp_path / 'list.pth', '--work-dir', tmp_path, *on(fruit))
    assert_one_sentence(done, 'list.pth', 'it is of type list, not weights')


@pytest.mark.parametrize('option', ['pretrained={}', 'load_from={}', 'load_from={} resume=True'])
def test_a_training_does_not_run_what_a_file_of_weights_holds(fruit, tmp_path, option):
    marker, bomb = tmp_path / 'it-ran', tmp_path / 'bomb.pth'
    save(bomb, more=touch(marker))
    done = train(fruit, tmp_path / 'w', *option.format(bomb).split())
    assert_one_sentence(done, 'bomb.pth', 'more than weights')
    assert not marker.exists()


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (('predict.py', 'nowhere.py', 'x.pth', 'x.jpg'), ('no image', 'x.jpg')),
        (('train.py', 'nowhere.py'), ('no config', 'nowhere.py')),
        (('test.py', DEMO, 'nowhere.pth'), ('no checkpoint', 'nowhere.pth')),
        (('test.py', DEMO, 'x.pth', '--out', 'x.json'), ('--out', '.pkl')),
        (('predict.py', DEMO, 'x.pth', DEMO, '--score-thr', '3'), ('--score-thr', '3')),
        (('predict.py', DEMO, 'x.pth', DEMO, '--device', 'tpu9'), ('--device', 'tpu9')),
        (('predict.py', DEMO, 'x.pth', DEMO, '--device', 'meta'), ('--device', 'meta')),
        (('train.py', DEMO, '--cfg-options', 'tasks.neck'), ('KEY=VALUE', 'tasks.neck')),
        (
            ('train.py', DEMO, '--cfg-options', 'param_scheduler.end=10'),
            ('--cfg-options do not fit', 'demo.py'),
        ),
        (('train.py', ROOT / 'README.md'), ('README.md cannot be read as a config',)),
    ],
)
def test_arguments_that_name_nothing(arguments, words, fruit, tmp_path):
    if arguments[0] == 'test.py':
        arguments = (*arguments, '--work-dir', tmp_path, *on(fruit))
    assert_one_sentence(run(*arguments, cwd=tmp_path), *words)


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_mixed_precision_without_a_gpu(fruit, tmp_path):
    done = run('train.py', DEMO, '--amp', '--work-dir', tmp_path, *on(fruit))
    assert_one_sentence(done, '--amp needs a GPU')


def test_what_cannot_be_resumed(trained, fruit, tmp_path):
    whole = trained / 'epoch_1.pth'
    bare = tmp_path / 'bare.pth'
    torch.save(torch.load(whole, weights_only=False)['state_dict'], bare)
    done = run('train.py', DEMO, '--work-dir', tmp_path, '--resume', bare, *on(fruit))
    assert_one_sentence(done, 'bare.pth cannot be resumed', "'meta'", 'load_from')
    data = [option for option in on(fruit) if not option.startswith('model.')]
    done = run('train.py', DEMO, '--work-dir', tmp_path, '--resume', whole, *data)
    assert_one_sentence(done, 'epoch_1.pth', 'another network')


@pytest.mark.parametrize('content', [b'not an image', b''])
def test_file_that_is_no_image(content, trained, fruit, tmp_path):
    (tmp_path / 'text.jpg').write_bytes(content)
    model = ['--cfg-options', *(o for o in on(fruit) if o.startswith('model.'))]
    done = run(
        'predict.py',
        DEMO,
        trained / 'epoch_1.pth',
        tmp_path / 'text.jpg',
        '--out-dir',
        tmp_path,
        *model,
    )
    assert_one_sentence(done, 'text.jpg', 'cannot be read')
