"""One name for what several parts of a config follow; the schedule for few photographs."""

from __future__ import annotations

import pytest
from mmengine.hooks import EarlyStoppingHook
from networks import ROOT

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config
from projects.smn.engine.switches import LOOPS, SAMPLERS
from projects.smn.errors import UserError

CONFIGS = ROOT / 'configs'
BALLOON = CONFIGS / 'balloon' / 'smn_lite0_fpn_balloon.py'  # 1,500 steps, a validation each 250
DEMO = CONFIGS / 'fruit' / 'smn_lite0_fpn_fruit_demo.py'  # 7 epochs, a validation at the end


def linked(path=BALLOON, **options):
    return link_tasks(load_config(path, options))


@pytest.mark.parametrize('path', [BALLOON, DEMO])
@pytest.mark.parametrize('length', [dict(max_iters=40), dict(max_epochs=3)])
def test_the_loop_is_as_long_as_said_in_the_unit_that_is_said_and_counts_in_it(path, length):
    cfg = linked(path, **length)
    ((name, number),) = length.items()
    (other,) = {*LOOPS} - {name}
    assert cfg.train_cfg[name] == number
    assert cfg.train_cfg.type == LOOPS[name]
    assert other not in cfg.train_cfg
    assert cfg.get(other) is None
    by_epoch = name == 'max_epochs'
    assert cfg.log_processor.by_epoch is by_epoch
    assert cfg.default_hooks.checkpoint.get('by_epoch', True) is by_epoch
    assert cfg.default_hooks.logger.get('log_metric_by_epoch', True) is by_epoch
    # Nothing pauses between passes, and an epoch ends.
    assert cfg.train_dataloader.sampler.type == SAMPLERS[name]
    assert link_tasks(cfg).to_dict() == cfg.to_dict()


def test_a_training_of_few_steps_is_logged_ten_times():
    assert linked(DEMO, max_iters=40).default_hooks.logger.interval == 4
    assert linked(DEMO, max_iters=3).default_hooks.logger.interval == 1
    assert linked(DEMO, max_iters=4000).default_hooks.logger.interval == 50
    assert linked(DEMO).default_hooks.logger.interval == 50


def test_without_validation_nothing_is_the_best_and_nothing_stops_early():
    none = dict(val_cfg=None, val_dataloader=None, val_evaluator=None)
    cfg = linked(BALLOON, **none)
    assert 'save_best' not in cfg.default_hooks.checkpoint
    kept, every = ([hook.type for hook in c.custom_hooks] for c in (cfg, linked(BALLOON)))
    assert kept == [name for name in every if name != 'EarlyStoppingHook'] != every


def test_a_validation_at_the_end_stays_there():
    assert linked(DEMO).train_cfg.val_interval == 7
    assert linked(DEMO, max_epochs=14).train_cfg.val_interval == 14
    assert linked(DEMO, max_iters=30).train_cfg.val_interval == 30


def test_validations_keep_their_interval_or_their_number_where_the_unit_is_another():
    assert linked(max_iters=3000).train_cfg.val_interval == 250
    assert linked(max_epochs=30).train_cfg.val_interval == 5
    assert linked(max_epochs=30).default_hooks.checkpoint.interval == 5


@pytest.mark.parametrize('length', [dict(max_epochs=12), dict(max_iters=360)])
def test_a_schedule_with_an_end_moves_with_the_training_it_ended_with(length):
    cfg = load_config(DEMO, length)
    cfg.train_cfg.max_epochs = 36
    steps = dict(type='MultiStepLR', milestones=[27, 33], gamma=0.1, end=36, by_epoch=True)
    part = dict(type='LinearLR', start_factor=0.1, end=5, by_epoch=True)
    endless = dict(type='MultiStepLR', milestones=[27, 33])
    cosine = dict(type='CosineAnnealingLR', T_max=36, end=36)
    cfg.param_scheduler = [steps, part, cosine, endless]
    moved, warm_up, cosine, endless = link_tasks(cfg).param_scheduler
    (number,) = length.values()
    assert moved.end == cosine.end == cosine.T_max == number
    assert moved.milestones == [number * 27 // 36, number * 33 // 36]
    assert endless.milestones == moved.milestones
    in_steps = 'max_iters' in length
    # In a loop that counts steps, nothing that counts epochs would ever move.
    for schedule in (moved, cosine, endless, *([warm_up] if in_steps else [])):
        assert schedule.get('by_epoch', True) is not in_steps
    # In the same unit, a quarter at most.
    assert warm_up.end == (number * 5 // 36 if in_steps else number // 4)


def test_no_checkpoints_stay_none_in_the_other_unit():
    cfg = load_config(DEMO, dict(max_iters=100))
    cfg.default_hooks.checkpoint.interval = -1
    assert link_tasks(cfg).default_hooks.checkpoint.interval == -1


def test_a_loop_that_says_by_epoch_may_be_given_the_other_unit():
    cfg = load_config(DEMO, dict(max_iters=100))
    cfg.train_cfg = dict(by_epoch=True, max_epochs=12)
    assert link_tasks(cfg).train_cfg.to_dict() == dict(
        type='IterBasedTrainLoop', max_iters=100, val_interval=8
    )


@pytest.mark.parametrize('loop', ['max_epochs=12', "type='IterBasedTrainLoop', max_iters=12"])
def test_a_train_cfg_overrules_a_variable_of_a_base(tmp_path, loop):
    base, child = tmp_path / 'base.py', tmp_path / 'child.py'
    base.write_text(
        f"_base_ = '{DEMO}'\nmax_epochs = 300\ntrain_cfg = dict(max_epochs=max_epochs)\n"
    )
    child.write_text(f"_base_ = './base.py'\ntrain_cfg = dict(_delete_=True, {loop})\n")
    cfg = linked(child)
    assert cfg.train_cfg.get('max_epochs', cfg.train_cfg.get('max_iters')) == 12
    child.write_text("_base_ = './base.py'\nmax_epochs = 5\n")
    assert linked(child).train_cfg.max_epochs == 5


def test_a_child_may_change_the_unit(tmp_path):
    child = tmp_path / 'child.py'
    child.write_text(f"_base_ = '{DEMO}'\nmax_iters = 100\n")
    assert linked(child).train_cfg.max_iters == 100
    child.write_text(f"_base_ = '{BALLOON}'\nmax_iters = 100\nmax_epochs = 3\n")
    with pytest.raises(UserError, match='max_epochs = 3 and max_iters = 100 both say'):
        linked(child)


def test_the_command_line_says_how_long_over_any_config(tmp_path):
    child = tmp_path / 'child.py'
    child.write_text(f"_base_ = '{BALLOON}'\nmax_iters = 100\n")
    assert linked(child, max_epochs=3).train_cfg.max_epochs == 3


def test_the_loop_may_be_told_as_mmdetection_has_it(tmp_path):
    child = tmp_path / 'child.py'
    child.write_text(f"_base_ = '{BALLOON}'\nmax_iters = 100\n")
    assert linked(child, **{'train_cfg.max_iters': 7}).train_cfg.max_iters == 7
    child.write_text(f"_base_ = '{DEMO}'\ntrain_cfg = dict(max_epochs=12)\n")
    assert linked(child).train_cfg.max_epochs == 12


@pytest.mark.parametrize('length', [0, -1, 2.5, 'many', True])
def test_a_length_that_is_none_is_refused(length):
    with pytest.raises(UserError, match='max_epochs must be a whole number above 0'):
        linked(DEMO, max_epochs=length)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'train_cfg.max_iters': 5}, 'train_cfg has max_epochs = 7 and max_iters = 5'),
        ({'train_cfg.max_epochs': 'abc', 'max_epochs': 3}, "train_cfg.max_epochs must be .* 'abc'"),
    ],
)
def test_a_loop_that_cannot_be_is_one_sentence(options, words):
    with pytest.raises(UserError, match=words):
        linked(DEMO, **options)


def test_validation_begins_before_the_training_ends():
    assert linked(DEMO, **{'train_cfg.val_begin': 5, 'max_epochs': 2}).train_cfg.val_begin == 2


def test_the_best_is_kept_and_early_stopping_watches_by_one_metric():
    cfg = linked(monitor='bbox/mAP')
    (stopping,) = [hook for hook in cfg.custom_hooks if hook.type == 'EarlyStoppingHook']
    assert cfg.default_hooks.checkpoint.save_best == stopping.monitor == 'bbox/mAP'


@pytest.mark.parametrize('options', [{'tasks.mask': None}, dict(monitor='nope/mAP')])
def test_the_metric_of_no_task_is_refused(options):
    with pytest.raises(
        UserError, match=r"^monitor = '(mask|nope)/mAP' is of no task; there are 'b"
    ):
        linked(**options)


def test_a_config_without_a_switch_is_left_alone():
    cfg = load_config(DEMO)
    cfg.param_scheduler = [dict(type='CosineAnnealingLR', T_max=7, end=7)]
    after = link_tasks(cfg)
    assert (after.train_cfg, after.param_scheduler) == (cfg.train_cfg, cfg.param_scheduler)


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
