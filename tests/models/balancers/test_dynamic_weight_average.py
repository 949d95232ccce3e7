from __future__ import annotations

import pytest
import torch

from projects.smn.errors import UserError
from projects.smn.models import DynamicWeightAverage


def step(balancer, active=('a', 'b'), **losses):
    return balancer({name: torch.tensor(float(v)) for name, v in losses.items()}, active)[1]


def test_weights_are_one_for_two_periods_and_then_those_of_liu_johns_and_davison():
    balancer = DynamicWeightAverage(('a', 'b'), interval=2, temperature=2.0)
    for a, b in [(3, 4), (5, 4), (1, 2), (1, 4)]:  # means 4, 4, then 1, 3
        assert step(balancer, a=a, b=b) == dict(a=1, b=1)
    expected = 2 * torch.softmax(torch.tensor([1 / 4, 3 / 4]) / 2.0, 0)
    weights = step(balancer, a=1, b=1)
    torch.testing.assert_close(torch.stack([weights['a'], weights['b']]), expected)


def test_weights_sum_to_the_number_of_tasks():
    balancer = DynamicWeightAverage(('a', 'b'), interval=1)
    for value in (5.0, 1.0, 0.2, 7.0):
        weights = step(balancer, a=value, b=1)
        assert float(weights['a'] + weights['b']) == pytest.approx(2)


def test_batches_without_labels_do_not_count_as_a_loss_of_zero():
    with_gaps = DynamicWeightAverage(('a', 'b'), interval=2)
    without = DynamicWeightAverage(('a', 'b'), interval=1)
    for a, b in [(4, 2), (1, 1)]:
        step(with_gaps, a=a, b=b)
        step(with_gaps, active=('b',), a=0, b=b)
        step(without, a=a, b=b)
    assert step(with_gaps, a=1, b=1) == step(without, a=1, b=1)


def test_a_loss_that_was_nothing_does_not_take_the_weight_of_all_others():
    balancer = DynamicWeightAverage(('a', 'b'), interval=1)
    for a in (0.0, 1.0):
        step(balancer, a=a, b=1)
    assert step(balancer, a=1, b=1) == dict(a=1, b=1)


def test_a_task_that_was_never_labelled_does_not_spoil_the_others():
    balancer = DynamicWeightAverage(('a', 'b'), interval=1)
    for _ in range(4):
        weights = step(balancer, active=('a',), a=1, b=0)
    assert all(weight.isfinite() for weight in weights.values())


@pytest.mark.parametrize('option', [dict(interval=0), dict(interval=1.5), dict(temperature=0)])
def test_options_that_would_divide_by_zero_are_refused(option):
    (name,) = option
    with pytest.raises(UserError, match=f'^DynamicWeightAverage: {name} must be'):
        DynamicWeightAverage(('a', 'b'), **option)
