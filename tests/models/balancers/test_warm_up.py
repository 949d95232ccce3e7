from __future__ import annotations

import pytest
import torch

from projects.smn.errors import UserError
from projects.smn.models import UncertaintyWeighting, WarmUp

TASKS = ('detection', 'mask', 'neck')


def step(balancer) -> dict[str, float]:
    losses = {name: torch.tensor(3.0, requires_grad=True) for name in TASKS}
    weighted, weights = balancer(losses, TASKS)
    sum(weighted.values()).backward()
    return {name: float(weight) for name, weight in weights.items()}


def test_all_tasks_but_detection_join_after_the_iterations():
    balancer = WarmUp(TASKS, iterations=2)
    waiting = dict(detection=1, mask=0, neck=0)
    assert [step(balancer) for _ in range(4)] == [waiting] * 2 + [dict.fromkeys(TASKS, 1)] * 2


def test_only_named_tasks_wait():
    balancer = WarmUp(TASKS, iterations=dict(neck=1))
    assert step(balancer) == dict(detection=1, mask=1, neck=0)
    assert step(balancer) == dict(detection=1, mask=1, neck=1)


def test_a_waiting_task_teaches_a_learned_weight_nothing():
    balancer = WarmUp(TASKS, iterations=1, balancer=dict(type='UncertaintyWeighting'))
    assert isinstance(balancer.balancer, UncertaintyWeighting)
    step(balancer)
    assert balancer.balancer.log_variances.grad[1:].tolist() == [0, 0]
    step(balancer)
    assert (balancer.balancer.log_variances.grad[1:] != 0).all()


def test_a_network_in_which_all_tasks_wait_is_refused():
    with pytest.raises(UserError, match=r"^WarmUp: all tasks wait \('mask', 'neck'\)"):
        WarmUp(('mask', 'neck'))
    assert step(WarmUp(TASKS, iterations=dict(detection=1, neck=1)))['mask'] == 1


@pytest.mark.parametrize('number', [-1, 2.5, 'long'])
def test_a_number_of_iterations_that_is_none_is_refused(number):
    with pytest.raises(UserError, match='neck'):
        WarmUp(TASKS, iterations=dict(neck=number))
