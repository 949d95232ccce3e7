"""A mean of weights that a short training can fill."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from mmengine.hooks import EMAHook
from mmengine.runner import IterBasedTrainLoop
from networks import tiny_config

from projects.smn.engine import TaskRunner
from projects.smn.engine.hooks.short_ema_hook import ShortEMAHook


def momentum_after(steps: int, **options) -> float | None:
    hook, loop = EMAHook(**options), object.__new__(IterBasedTrainLoop)
    loop._max_iters = steps
    ShortEMAHook().before_run(SimpleNamespace(hooks=[hook], _train_loop=loop, logger=None))
    return hook.ema_cfg.get('momentum')


@pytest.mark.parametrize('steps', [1, 2, 10, 120, 699])
def test_little_of_a_mean_is_of_before_the_training(steps):
    assert (1 - momentum_after(steps, momentum=0.005)) ** steps < 0.031


@pytest.mark.parametrize('steps', [0, 700, 5000])
def test_a_long_training_has_the_mean_that_its_config_says(steps):
    assert momentum_after(steps, momentum=0.005) == 0.005


def test_nothing_is_built_to_train_in_a_test():
    hook = EMAHook(momentum=0.005)
    ShortEMAHook().before_run(SimpleNamespace(hooks=[hook], _train_loop=dict(), logger=None))
    assert hook.ema_cfg['momentum'] == 0.005


def test_a_mean_that_begins_anew_by_itself_is_left_alone():
    options = dict(ema_type='MomentumAnnealingEMA', momentum=0.0002, gamma=100)
    assert momentum_after(10, **options) == 0.0002


def test_a_training_builds_the_mean_so(tiny_coco, tmp_path):
    cfg = tiny_config(tiny_coco)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=9)
    cfg.custom_hooks = [dict(type='EMAHook', momentum=0.005, update_buffers=True)]
    cfg.work_dir = str(tmp_path)
    runner = TaskRunner.from_cfg(cfg)
    runner.train()
    (hook,) = [hook for hook in runner.hooks if isinstance(hook, EMAHook)]
    assert hook.ema_model.momentum == min(0.97, 3.5 / runner.max_iters)
