"""What holds for every balancer."""

from __future__ import annotations

import pytest
import torch

from projects.smn.errors import UserError
from projects.smn.models.balancers import build_balancer

TASKS = ('detection', 'mask', 'neck')
ALL = [
    dict(type='FixedWeights', weights=dict(mask=2.0)),
    dict(type='UncertaintyWeighting'),
    dict(type='DynamicWeightAverage', interval=2),
    dict(type='RandomLossWeighting', seed=3),
    dict(type='WarmUp', iterations=3, balancer=dict(type='UncertaintyWeighting')),
]
every = pytest.mark.parametrize('config', ALL, ids=lambda config: config['type'])


def build(config):
    return build_balancer(config, TASKS)


def some_losses(step: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(step)
    values = torch.rand(len(TASKS), generator=generator) + 0.1
    return {name: v.clone().requires_grad_() for name, v in zip(TASKS, values, strict=True)}


def run(balancer, start: int, stop: int) -> list[dict[str, float]]:
    """The weights over some iterations; learned ones are moved along their gradients."""
    history = []
    for step in range(start, stop):
        weighted, weights = balancer(some_losses(step), TASKS)
        history.append({name: float(weight) for name, weight in weights.items()})
        balancer.zero_grad()
        sum(weighted.values()).backward()
        for parameter in balancer.parameters():
            parameter.data -= 0.1 * parameter.grad
    return history


@every
def test_every_task_gets_a_weight_and_a_weighted_loss_in_the_same_order(config):
    weighted, weights = build(config)(some_losses(), TASKS)
    assert tuple(weighted) == tuple(weights) == TASKS


@every
def test_the_gradient_of_a_loss_is_its_weight(config):
    balancer = build(config)
    for step in range(5):
        losses = some_losses(step)
        weighted, weights = balancer(losses, TASKS)
        sum(weighted.values()).backward()
        for name in TASKS:
            torch.testing.assert_close(losses[name].grad, weights[name])


@every
def test_weights_carry_no_graph(config):
    _, weights = build(config)(some_losses(), TASKS)
    assert not any(weight.requires_grad for weight in weights.values())


@every
def test_a_resumed_balancer_goes_on_as_if_it_had_not_stopped(config):
    whole = run(build(config), 0, 9)
    first = build(config)
    run(first, 0, 4)
    second = build(config)
    second.load_state_dict(first.state_dict())
    assert run(second, 4, 9) == whole[4:]


@every
def test_evaluation_does_not_change_the_state(config):
    balancer = build(config).eval()
    before = {name: value.clone() for name, value in balancer.state_dict().items()}
    balancer(some_losses(), TASKS)
    for name, value in balancer.state_dict().items():
        torch.testing.assert_close(value, before[name], equal_nan=True, rtol=0, atol=0)


@every
def test_a_task_without_labels_stays_in_the_graph_with_zero_gradient(config):
    balancer = build(config)
    for step in range(5):
        losses = some_losses(step)
        leaf = losses['neck']
        losses['neck'] = leaf * 0
        weighted, _ = balancer(losses, ('detection', 'mask'))
        sum(weighted.values()).backward()
        assert weighted['neck'] == 0
        assert leaf.grad is not None  # DistributedDataParallel waits for it
        assert leaf.grad == 0
    for parameter in balancer.parameters():
        assert parameter.grad[TASKS.index('neck')] == 0


@pytest.mark.parametrize(
    ('config', 'words'),
    [
        (dict(type='GradNorm'), "'GradNorm'"),
        (dict(weights=dict(neck=2.0)), 'None'),
        (dict(type='FixedWeights', wieghts={}), 'FixedWeights.*wieghts'),
        (dict(type='WarmUp', balancer=dict(type='GradNorm')), "'GradNorm'"),
    ],
)
def test_a_balancer_that_cannot_be_built_is_one_sentence(config, words):
    with pytest.raises(UserError, match=words):
        build_balancer(config, TASKS)


@pytest.mark.parametrize(
    'config',
    [
        dict(type='FixedWeights', weights=dict(colour=1.0)),
        dict(type='WarmUp', iterations=dict(colour=10)),
    ],
    ids=lambda config: config['type'],
)
def test_a_task_that_does_not_exist_is_named_with_those_that_do(config):
    with pytest.raises(UserError, match=r"'colour'.*'detection', 'mask', 'neck'"):
        build(config)
