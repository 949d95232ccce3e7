"""``tools/prepare/sparsify.py``: from a fully labelled file to a partly labelled one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from command_line import DEMO, ROOT, on, run

from projects.smn.errors import UserError

TASKS = ['mask', 'spine', 'ends', 'neck', 'rating', 'length']


def _load():
    spec = importlib.util.spec_from_file_location(
        'sparsify_tool', ROOT / 'tools/prepare/sparsify.py'
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _load()


@pytest.fixture
def train(fruit) -> Path:
    return fruit / 'annotations' / 'train.json'


@pytest.fixture
def sparsify(train, tmp_path, capsys):
    """Call the tool in this process: its options in, the written bytes and the table out."""

    def call(*options, source=train, out=tmp_path / 'out.json'):
        words = [source, '--out', out, '--config', DEMO, *options]
        tool.main([str(word) for word in words])
        return out.read_bytes(), cells(capsys.readouterr().out)

    return call


def cells(printed: str) -> dict[str, list[int]]:
    """Objects, objects left, images and images left, by what they are labelled for."""
    rows = [line.strip('|').split('|') for line in printed.splitlines() if line[:1] == '|']
    return {name.strip(): [int(number) for number in numbers] for name, *numbers in rows[2:]}


# What it writes


def test_one_task_per_image_trains(fruit, train, tmp_path):
    out = tmp_path / 'train_one_task.json'
    options = ('--config', DEMO, '--one-task-per-image', '--seed', 0)
    done = run('prepare/sparsify.py', train, '--out', out, *options)
    assert done.returncode == 0, done.stderr
    table = cells(done.stdout)
    assert list(table) == ['detection', *TASKS]
    assert table['detection'][0] == table['detection'][1]
    assert [table[task][3] for task in TASKS] == [1] * 6
    data = [*on(fruit), f'train_dataloader.dataset.ann_file={out}']
    done = run('train.py', DEMO, '--work-dir', tmp_path / 'work', *data)
    assert done.returncode == 0, done.stderr[-2000:]


def test_shares_can_be_joined_by_spaces_or_commas(sparsify):
    one = sparsify('--keep', 'neck=0.5', 'rating=0.34')
    assert sparsify('--keep', 'neck=0.5,rating=0.34') == one
    table = one[1]
    assert table.pop('neck')[2:] == [6, 3]
    assert table.pop('rating')[2:] == [6, 2]
    assert all(row[0] == row[1] for row in table.values())


def test_incomplete_images_go_with_both_other_options(sparsify):
    content, table = sparsify('--incomplete', 1, '--drop-objects', 0.25, '--keep', 'length=0')
    assert all(image['complete'] is False for image in json.loads(content)['images'])
    assert 0 < table['detection'][1] < table['detection'][0]
    assert table['length'][1] == 0
    content, table = sparsify('--incomplete', 0.5, '--one-task-per-image')
    assert [table[task][3] for task in TASKS] == [1] * 6
    content, table = sparsify('--incomplete', 0.5)
    assert sum('complete' in image for image in json.loads(content)['images']) == 3


def test_one_class_per_image_and_whether_the_file_says_so(sparsify):
    said, table = sparsify('--one-class-per-image')
    unsaid, same = sparsify('--one-class-per-image', '--unsaid')
    assert table == same
    assert table['detection'][1] < table['detection'][0]
    said, unsaid = json.loads(said), json.loads(unsaid)
    named = {name for image in said['images'] for name in image['complete']}
    assert named == {'cucumber', 'color_board'}
    assert said['annotations'] == unsaid['annotations']
    assert not any('complete' in image for image in unsaid['images'])


def test_the_same_seed_gives_the_same_bytes_and_the_source_stays(sparsify, train, tmp_path):
    before = train.read_bytes()
    options = ('--one-task-per-image', '--incomplete', 0.5)
    first = sparsify(*options)
    assert sparsify(*options, '--seed', 0, out=tmp_path / 'new' / 'folder' / 'b.json') == first
    assert sparsify(*options, '--seed', 1) != first
    assert train.read_bytes() == before


def test_the_tasks_are_those_of_the_config_and_its_options(sparsify):
    off = [f'tasks.{name}=None' for name in TASKS[2:]]
    more = ['tasks.bend.type=RegressionTask', 'tasks.bend.source=rating']
    content, table = sparsify('--one-task-per-image', '--cfg-options', *off, *more)
    assert list(table) == ['detection', 'mask', 'spine', 'bend']
    assert [row[3] for row in table.values()] == [6, 2, 2, 2]
    # What no task reads stays.
    fruits = [a for a in json.loads(content)['annotations'] if a['category_id'] == 1]
    assert all('neck' in a['attributes'] and 'keypoints' in a for a in fruits)


def test_tasks_of_the_whole_image_are_thinned_and_counted(sparsify, train, tmp_path):
    content = json.loads(train.read_text())
    for image in content['images']:
        image['attributes'] = dict(weather='sun')
    source = tmp_path / 'weather.json'
    source.write_text(json.dumps(content))
    weather = ['type=ClassificationTask', 'per=image', 'classes=sun,rain']
    options = ['--cfg-options', *(f'tasks.weather.{option}' for option in weather)]
    _, table = sparsify('--keep', 'weather=0.5', *options, source=source)
    assert table['weather'] == [6, 3, 6, 3]


# What it refuses


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ([], 'one of --one-task-per-image, --keep, --incomplete and --one-class'),
        (['--one-task-per-image', '--keep', 'neck=1'], 'exclude each other'),
        (['--keep', 'knack=0.5'], "'knack', only 'mask', 'spine', 'ends', 'neck'"),
        (['--keep', 'neck'], "'neck' is not of the form task=share"),
        (['--keep', 'neck=0.5,'], "'' is not of the form"),
        (['--keep', 'neck=0.5', 'neck=0.6'], "names 'neck' twice"),
        (['--keep', 'neck=1.5'], "'neck=1.5': a share must be from 0 to 1"),
        (['--keep', 'neck=-0.1'], 'from 0 to 1'),
        (['--keep', 'neck=nan'], 'from 0 to 1'),
        (['--keep', 'neck=half'], "'half' is not a number"),
        (['--incomplete', '2'], '--incomplete: a share must be from 0 to 1, not 2'),
        (['--incomplete', '1', '--drop-objects', 'all'], "--drop-objects: 'all' is not a number"),
        (['--drop-objects', '0.5', '--keep', 'neck=1'], '--drop-objects belongs to --incomplete'),
        (['--unsaid', '--keep', 'neck=1'], '--unsaid belongs to --incomplete or --one-class'),
        (['--one-class-per-image', '--incomplete', '1'], 'exclude each other'),
        (['--keep', 'neck=1', '--cfg-options', 'tasks=None'], 'declares no `tasks`'),
        (['--keep', 'neck=1', '--cfg-options', 'tasks.neck.of=melon'], "'melon' is not a class"),
        (
            ['--keep', 'neck=1', '--cfg-options', 'tasks.rating.source=neck'],
            "train.json: .*'neck' and 'rating' read the same label",
        ),
        (
            ['--keep', 'neck=1', '--cfg-options', 'tasks.neck.source=collar'],
            "train.json: nothing has a label of the task 'neck'",
        ),
    ],
)
def test_options_that_make_no_sense(sparsify, tmp_path, options, words):
    with pytest.raises(UserError, match=words):
        sparsify(*options)
    assert not (tmp_path / 'out.json').exists()


def test_the_file_that_is_read_is_not_written(sparsify, train, tmp_path):
    before = train.read_bytes()
    link = tmp_path / 'link.json'
    link.symlink_to(train)
    for out in (train, train.parent / '..' / 'annotations' / 'train.json', link):
        with pytest.raises(UserError, match='is the file that is read'):
            sparsify('--keep', 'neck=0.5', out=out)
    assert train.read_bytes() == before


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda coco: coco.pop('images'), "not COCO: it has no list 'images'"),
        (
            lambda coco: coco['annotations'][0].pop('category_id'),
            "entry of 'annotations' .* has no 'category_id'",
        ),
        (lambda coco: coco['annotations'][0].update(image_id=99), '1 has image_id 99, which no'),
        (
            lambda coco: coco['annotations'][0]['attributes'].update(neck='9'),
            "annotation 1: task 'neck': '9' is not one of",
        ),
        (lambda coco: coco['annotations'][0].update(attributes='ripe'), '1: its `attributes` are'),
    ],
)
def test_files_that_cannot_be_understood(sparsify, train, tmp_path, change, words):
    coco = json.loads(train.read_text())
    change(coco)
    spoilt = tmp_path / 'spoilt.json'
    spoilt.write_text(json.dumps(coco))
    with pytest.raises(UserError, match=f'spoilt.json.*{words}'):
        sparsify('--keep', 'neck=0.5', source=spoilt)


def test_a_folder_cannot_be_written_over(sparsify, tmp_path):
    with pytest.raises(UserError, match='cannot write'):
        sparsify('--keep', 'neck=0.5', out=tmp_path)


def test_a_user_sees_one_sentence(tmp_path):
    options = ('--out', tmp_path / 'o.json', '--config', DEMO, '--one-task-per-image')
    done = run('prepare/sparsify.py', tmp_path / 'nowhere.json', *options)
    assert done.returncode == 2
    assert done.stderr == f'error: {tmp_path / "nowhere.json"}: there is no such file\n'
