"""What mmengine would run or remove at the word of a checkpoint."""

from __future__ import annotations

import copy

import pytest
import torch
from helpers import make_tiny_coco
from mmdet.apis import DetInferencer
from networks import tiny_config
from torch import nn

from projects.smn.engine import TaskRunner, load_checkpoint_file
from projects.smn.errors import UserError

BEST = dict(type='CheckpointHook', interval=1, save_best='mask/mAP', rule='greater')


def program(marker) -> str:
    return f'import os\nos.system("touch {marker}")\nmodel = dict(type="X")\n'


def train(root, work_dir, epochs: int, **options) -> TaskRunner:
    cfg = tiny_config(root)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=epochs, val_interval=1)
    cfg.default_hooks.checkpoint = BEST
    cfg.update(work_dir=str(work_dir), experiment_name=f'{work_dir}_{epochs}_{options}', **options)
    runner = TaskRunner.from_cfg(cfg)
    runner.train()
    return runner


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """A data set, and the checkpoint of an epoch on it."""
    work = tmp_path_factory.mktemp('work')
    root = make_tiny_coco(work / 'coco')
    train(root, work, epochs=1)
    return root, work / 'epoch_1.pth'


@pytest.fixture
def changed(trained, tmp_path):
    """Writes a changed copy of the checkpoint."""
    content = torch.load(trained[1], weights_only=False)

    def write(change) -> str:
        copied = copy.deepcopy(content)
        change(copied)
        torch.save(copied, tmp_path / 'changed.pth')
        return str(tmp_path / 'changed.pth')

    return write


def test_a_config_in_a_checkpoint_is_not_run_by_a_resumed_run(trained, changed, tmp_path):
    marker = tmp_path / 'it-ran'

    def add(content):
        content['meta'].update(config=program(marker), cfg=program(marker))

    path = changed(add)
    runner = train(trained[0], tmp_path / 'work', epochs=1, resume=True, load_from=path)
    assert runner.epoch == 1
    assert not marker.exists()


def test_a_config_in_a_checkpoint_is_not_run_by_mmdets_inferencer(tmp_path):
    marker, path = tmp_path / 'it-ran', str(tmp_path / 'a.pth')
    weights = nn.Linear(2, 3).state_dict()
    info = dict(cfg=program(marker))
    for rest in (dict(meta={}, message_hub=dict(runtime_info=info)), dict(meta=info)):
        torch.save(dict(state_dict=weights, **rest), path)
        with pytest.raises(Exception, match=r'cfg|config|find'):  # it has no config to build from
            DetInferencer(weights=path, device='cpu')
        assert not marker.exists()


@pytest.mark.parametrize('name', ['victim', 'victim/best_x.pth', 'best_x.pth'])
def test_no_file_elsewhere_is_removed_for_a_better_checkpoint(trained, changed, tmp_path, name):
    folder = tmp_path / 'victim'
    folder.mkdir()
    for victim in (folder / 'best_x.pth', folder / 'photo.jpg', tmp_path / 'best_x.pth'):
        victim.write_text('precious')

    def point(content):
        info = content['message_hub']['runtime_info']
        info.update(best_ckpt=str(tmp_path / name), best_score=-1.0)

    path = changed(point)
    train(trained[0], tmp_path / 'work', epochs=2, resume=True, load_from=path)
    assert {path.name for path in folder.iterdir()} == {'best_x.pth', 'photo.jpg'}
    assert (tmp_path / 'best_x.pth').exists()


def test_the_best_checkpoint_of_the_run_itself_gives_way_to_a_better_one(
    trained, changed, tmp_path
):
    work = tmp_path / 'moved'
    work.mkdir()
    (work / 'best_mask_mAP_epoch_1.pth').write_text('the best before')

    def lower(content):
        content['message_hub']['runtime_info'].update(
            best_ckpt='/elsewhere/best_mask_mAP_epoch_1.pth', best_score=-1.0
        )

    train(trained[0], work, epochs=2, resume=True, load_from=changed(lower))
    assert [path.name for path in work.glob('best_*')] == ['best_mask_mAP_epoch_2.pth']


@pytest.mark.parametrize(
    ('numbers', 'kept'), [([1, 2], True), (['../x'], False), ('12', False), ([True], False)]
)
def test_numbers_of_kept_checkpoints_are_numbers(changed, numbers, kept):
    def change(content):
        content['message_hub']['runtime_info']['keep_ckpt_ids'] = numbers

    info = load_checkpoint_file(changed(change))['message_hub']['runtime_info']
    assert ('keep_ckpt_ids' in info) == kept


@pytest.mark.parametrize(
    ('key', 'value', 'words'),
    [
        ('meta', [], "'meta' is of type list, not dict"),
        ('meta', {}, "as meta has no 'epoch'"),
        ('meta', dict(epoch=1, iter='x'), "'iter' is of type str, not int"),
        ('meta', dict(epoch=1, iter=1, seed=10**30), 'its state does not fit this run'),
        ('message_hub', 3, "'message_hub' is of type int"),
        ('message_hub', {}, "as message_hub has no 'log_scalars'"),
        ('optimizer', {}, 'its state does not fit this run'),
        ('optimizer', 'x', "'optimizer' is of type str"),
        ('param_schedulers', 5, 'its state does not fit this run'),
    ],
)
def test_what_cannot_be_resumed_is_said_in_a_sentence(
    trained, changed, tmp_path, key, value, words
):
    path = changed(lambda content: content.update({key: value}))
    with pytest.raises(UserError, match=words) as error:
        train(trained[0], tmp_path / 'work', epochs=2, resume=True, load_from=path)
    assert '\n' not in str(error.value)
