"""One name for what several parts of a config follow; the schedule for few photographs."""

from __future__ import annotations

import pytest
from mmengine.hooks import EarlyStoppingHook
from networks import ROOT

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config

BALLOON = ROOT / 'configs' / 'balloon' / 'smn_lite0_fpn_balloon.py'


def linked(**options):
    return link_tasks(load_config(BALLOON, options))


@pytest.mark.parametrize('steps', [1500, 40])
def test_loop_and_schedule_end_together(steps):
    cfg = linked(max_iters=steps)
    assert cfg.train_cfg.max_iters == steps
    warm_up, cosine = cfg.param_scheduler
    assert warm_up.end == 100  # it has an end of its own
    assert cosine.end == steps


def test_the_best_is_kept_and_early_stopping_watches_by_one_metric():
    cfg = linked(monitor='bbox/mAP')
    (stopping,) = [hook for hook in cfg.custom_hooks if hook.type == 'EarlyStoppingHook']
    assert cfg.default_hooks.checkpoint.save_best == stopping.monitor == 'bbox/mAP'


def test_other_loops_are_left_alone():
    cfg = load_config(ROOT / 'configs' / 'fruit' / 'smn_lite0_fpn_fruit_demo.py')
    before = cfg.train_cfg, cfg.param_scheduler
    after = link_tasks(cfg)
    assert (after.train_cfg, after.param_scheduler) == before


def stopped_after(metrics, **options) -> int | None:
    """The number of the validation after which early stopping says stop."""
    hook = EarlyStoppingHook(monitor='mask/mAP', **options)
    for number, value in enumerate(metrics, 1):
        if hook._check_stop_condition(value)[0]:
            return number
    return None


def test_a_metric_that_rises_by_little_goes_on_with_the_recipe_and_not_with_mmengines_default():
    rising = [0.70, 0.72, 0.74, 0.76, 0.78, 0.79]
    (cfg,) = [dict(h) for h in linked().custom_hooks if h.type == 'EarlyStoppingHook']
    del cfg['type'], cfg['monitor']
    assert stopped_after(rising, **cfg) is None
    assert stopped_after([0.7, 0.6, 0.6, 0.6, 0.6], **cfg) == 5
    assert stopped_after(rising, rule='greater') == 6  # open-mmlab/mmdetection issue 12302


def test_only_the_backbone_learns_slowly_and_its_statistics_stay():
    cfg = linked(pretrained=None)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == {'backbone': dict(lr_mult=0.1)}
    assert linked().model.backbone.norm_eval
    assert cfg.model.backbone.norm_eval is False  # nothing that is still random may be frozen
