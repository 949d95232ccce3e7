from __future__ import annotations

import pytest
import torch

from projects.smn.models import RandomLossWeighting

TASKS = ('a', 'b', 'c')


def draw(balancer) -> torch.Tensor:
    weights = balancer(dict.fromkeys(TASKS, torch.tensor(1.0)), TASKS)[1]
    return torch.stack(list(weights.values()))


def test_weights_are_positive_and_sum_to_the_number_of_tasks():
    balancer = RandomLossWeighting(TASKS)
    for _ in range(20):
        weights = draw(balancer)
        assert (weights > 0).all()
        assert weights.sum().item() == pytest.approx(3)


def test_every_iteration_draws_anew_and_no_task_is_preferred():
    balancer = RandomLossWeighting(TASKS)
    weights = torch.stack([draw(balancer) for _ in range(2000)])
    assert len(weights.unique(dim=0)) == 2000
    torch.testing.assert_close(weights.mean(0), torch.ones(3), atol=0.06, rtol=0)


def test_the_seed_decides_and_the_global_generator_does_not():
    torch.manual_seed(1)
    first = [draw(RandomLossWeighting(TASKS, seed=5))]
    torch.manual_seed(2)
    torch.testing.assert_close(first[0], draw(RandomLossWeighting(TASKS, seed=5)), rtol=0, atol=0)
    assert not torch.equal(first[0], draw(RandomLossWeighting(TASKS, seed=6)))
