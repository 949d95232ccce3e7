"""A training that starts from the weights of another, whose names are in another order."""

from __future__ import annotations

import copy

import pytest
import torch
from helpers import CLASSES, TASKS
from mmengine.hooks import EMAHook
from networks import tiny_config, tiny_model

from projects.smn.engine import TaskRunner

KEY = 'roi_head.bbox_head.fc_cls.weight'


@pytest.fixture
def weights(tiny_coco, tmp_path):
    """Of a network, in a checkpoint that says what they mean."""
    weights = tiny_model(tiny_coco).state_dict()
    meta = dict(dataset_meta=dict(classes=CLASSES, tasks=TASKS))
    torch.save(dict(meta=meta, state_dict=weights), tmp_path / 'other.pth')
    return weights


@pytest.fixture
def runner(tiny_coco, tmp_path, weights):
    """Trained for no step, with a mean of the weights."""
    tasks = copy.deepcopy(TASKS)
    tasks['neck'].update(classes=('0', '1', '2', '3'))
    cfg = tiny_config(tiny_coco, tasks)
    cfg.update(classes=CLASSES[::-1], load_from=str(tmp_path / 'other.pth'), default_scope='mmdet')
    cfg.update(val_cfg=None, val_dataloader=None, val_evaluator=None, work_dir=str(tmp_path))
    cfg.update(experiment_name=str(tmp_path), custom_hooks=[dict(type='EMAHook')])
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=0)
    runner = TaskRunner.from_cfg(cfg)
    runner.train()
    return runner


def test_weights_and_their_mean_go_by_names(runner, weights):
    expected = weights[KEY][[1, 0, 2]]
    (hook,) = (hook for hook in runner.hooks if isinstance(hook, EMAHook))
    assert torch.equal(runner.model.state_dict()[KEY], expected)
    assert torch.equal(hook.ema_model.module.state_dict()[KEY], expected)


def test_one_line_says_what_went_where_and_what_is_new(runner, tmp_path):
    (log,) = tmp_path.glob('*/*.log')
    (line,) = (line for line in log.read_text().splitlines() if 'load_from: ' in line)
    assert 'classes card -> 0 (was 1), fruit -> 1 (was 0)' in line
    assert (
        'neck.classes 1 -> 1 (was 0), 2 -> 2 (was 1), 3 -> 3 (was 2); new neck.classes: 0' in line
    )
