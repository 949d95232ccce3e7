"""From losses to their weighted sum, inside a detector."""

from __future__ import annotations

import pytest
import torch
from helpers import TASKS
from mmdet.registry import MODELS
from mmengine.optim import build_optim_wrapper
from networks import tiny_batch, tiny_config, tiny_model

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError
from projects.smn.models.detectors import balanced_losses

NAMES = ['detection', *TASKS]


def forward(model, batch) -> dict:
    torch.manual_seed(0)
    data = model.data_preprocessor(batch, training=True)
    return model(**data, mode='loss')


def test_without_a_balancer_the_plain_sum_of_all_losses_is_minimised(tiny_coco):
    model = tiny_model(tiny_coco)
    losses = forward(model, tiny_batch(tiny_coco))
    total, log = model.parse_losses(losses)
    expected = sum(value for name, value in log.items() if 'loss_' in name)
    torch.testing.assert_close(total, expected)
    assert log['loss'] is total
    assert list(losses['balanced']) == NAMES


def test_the_log_has_the_losses_as_they_are_and_the_weights(tiny_coco):
    plain = tiny_model(tiny_coco)
    expected = plain.parse_losses(forward(plain, tiny_batch(tiny_coco)))[1]
    weights = dict(neck=3.0, detection=0.5)
    model = tiny_model(tiny_coco, balancer=dict(type='FixedWeights', weights=weights))
    total, log = model.parse_losses(forward(model, tiny_batch(tiny_coco)))
    for name, value in expected.items():
        if name != 'loss':
            torch.testing.assert_close(log[name], value)
    assert {n: log[f'weight/{n}'].item() for n in NAMES} == {n: weights.get(n, 1) for n in NAMES}
    by_hand = sum(
        value * weights.get(name.removeprefix('loss_'), 1 if name[5:] in TASKS else 0.5)
        for name, value in expected.items()
        if 'loss_' in name
    )
    torch.testing.assert_close(total, by_hand)


@pytest.mark.parametrize('task', TASKS)
def test_a_task_is_active_only_where_it_has_labels(task, tiny_coco):
    seen = []
    model = tiny_model(tiny_coco, balancer=dict(type='UncertaintyWeighting'))
    model.balancer.register_forward_pre_hook(lambda module, args: seen.append(args[1]))
    forward(model, tiny_batch(tiny_coco, indices=(0,)))
    forward(model, tiny_batch(tiny_coco, indices=(2,)))  # has boxes only
    assert task in seen[0]
    assert seen[1] == {'detection'}


def test_a_task_of_weight_zero_is_not_active(tiny_coco):
    model = tiny_model(tiny_coco, balancer=dict(type='FixedWeights', weights=dict(neck=0.0)))
    losses = forward(model, tiny_batch(tiny_coco, indices=(0,)))
    # It has no opinion on the gradient, and some aggregators would take nothing for one.
    assert losses['active'] == {'detection', *TASKS} - {'neck'}


def test_learned_weights_are_in_the_optimizer_without_weight_decay(tiny_coco):
    cfg = tiny_config(tiny_coco)
    cfg.model.balancer = dict(type='UncertaintyWeighting')
    cfg = link_tasks(cfg)
    model = MODELS.build(cfg.model)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper).optimizer
    (group,) = [
        group
        for group in optimizer.param_groups
        if any(p is model.balancer.log_variances for p in group['params'])
    ]
    assert group['weight_decay'] == 0
    assert any(group['weight_decay'] > 0 for group in optimizer.param_groups)


def test_an_optimizer_without_weight_decay_stays_as_it_is(tiny_coco):
    cfg = tiny_config(tiny_coco)
    cfg.model.balancer = dict(type='UncertaintyWeighting')
    cfg.optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1))
    cfg = link_tasks(cfg)
    optimizer = build_optim_wrapper(MODELS.build(cfg.model), cfg.optim_wrapper).optimizer
    assert not any(group['weight_decay'] for group in optimizer.param_groups)


def group_of_weights(cfg, name):
    """The optimizer's group of a balancer's parameter, and all groups."""
    cfg = link_tasks(cfg)
    model = MODELS.build(cfg.model)
    groups = build_optim_wrapper(model, cfg.optim_wrapper).optimizer.param_groups
    weights = model.get_parameter(name)
    (group,) = [group for group in groups if any(p is weights for p in group['params'])]
    return group, groups


def test_weight_decay_that_only_the_optimizers_default_brings_spares_the_weights(tiny_coco):
    cfg = tiny_config(tiny_coco)
    cfg.model.balancer = dict(type='UncertaintyWeighting')
    cfg.optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='AdamW', lr=0.1))
    group, groups = group_of_weights(cfg, 'balancer.log_variances')
    assert group['weight_decay'] == 0
    assert max(other['weight_decay'] for other in groups) == 0.01  # AdamW's own


@pytest.mark.parametrize(
    ('key', 'nested'),
    [
        ('balancer', False),
        ('balancer.', False),
        ('log_variances', False),
        ('balancer.balancer', True),
        ('log_variances', True),
    ],
)
def test_a_learning_rate_for_the_weights_does_not_bring_weight_decay_back(key, nested, tiny_coco):
    cfg = tiny_config(tiny_coco)
    learned = dict(type='UncertaintyWeighting')
    cfg.model.balancer = dict(type='WarmUp', balancer=learned) if nested else learned
    cfg.optim_wrapper.paramwise_cfg.custom_keys = {key: dict(lr_mult=5.0)}
    name = 'balancer.balancer.log_variances' if nested else 'balancer.log_variances'
    group, _ = group_of_weights(cfg, name)
    assert group['weight_decay'] == 0
    assert group['lr'] == 5 * cfg.optim_wrapper.optimizer.lr


def test_the_mean_of_a_task_is_over_the_ranks_that_have_labels_of_it(tiny_coco, monkeypatch):
    model = tiny_model(tiny_coco)
    alone = forward(model, tiny_batch(tiny_coco))['balanced']
    monkeypatch.setattr(balanced_losses, 'get_world_size', lambda: 4)
    # Of the three other ranks, all see boxes, and none sees a label of any other task.
    others = torch.tensor([3.0] + [0.0] * len(TASKS))
    monkeypatch.setattr(balanced_losses, 'all_reduce', lambda ranks: ranks.add_(others))
    here = forward(model, tiny_batch(tiny_coco))['balanced']
    for name in TASKS:
        # DistributedDataParallel divides by four.
        torch.testing.assert_close(here[name] / 4, alone[name])
    torch.testing.assert_close(here['detection'], alone['detection'])


def test_a_step_moves_learned_weights(tiny_coco):
    cfg = tiny_config(tiny_coco)
    model = tiny_model(tiny_coco, balancer=dict(type='UncertaintyWeighting'))
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    model.train_step(tiny_batch(tiny_coco), wrapper)
    assert (model.balancer.log_variances != 0).all()


def test_an_unknown_balancer_is_one_sentence(tiny_coco):
    with pytest.raises(UserError, match='GradNorm'):
        tiny_model(tiny_coco, balancer=dict(type='GradNorm'))
