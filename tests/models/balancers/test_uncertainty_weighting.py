from __future__ import annotations

import math

import pytest
import torch

from projects.smn.models import UncertaintyWeighting


def set_sigma(balancer, *sigmas):
    balancer.log_variances.data = 2 * torch.tensor(sigmas).log()


def test_a_term_is_that_of_kendall_gal_and_cipolla():
    balancer = UncertaintyWeighting(('a', 'b'))
    set_sigma(balancer, 0.5, 3.0)
    weighted, weights = balancer(dict(a=torch.tensor(2.0), b=torch.tensor(7.0)), ('a', 'b'))
    assert weighted['a'].item() == pytest.approx(2.0 / (2 * 0.25) + math.log(0.5))
    assert weighted['b'].item() == pytest.approx(7.0 / (2 * 9) + math.log(3))
    assert weights['a'].item() == pytest.approx(2.0)


@pytest.mark.parametrize('loss', [0.01, 0.3, 4.0])
def test_a_term_is_smallest_where_the_variance_is_the_loss(loss):
    balancer = UncertaintyWeighting(('a',))
    set_sigma(balancer, math.sqrt(loss))
    weighted, _ = balancer(dict(a=torch.tensor(loss)), ('a',))
    weighted['a'].backward()
    assert balancer.log_variances.grad.item() == pytest.approx(0, abs=1e-6)
    assert weighted['a'].item() == pytest.approx(0.5 + 0.5 * math.log(loss), abs=1e-6)


def test_a_task_without_labels_gives_no_regulariser():
    balancer = UncertaintyWeighting(('a', 'b'))
    set_sigma(balancer, 2.0, 2.0)
    weighted, _ = balancer(dict(a=torch.tensor(1.0), b=torch.tensor(0.0)), ('a',))
    assert weighted['b'] == 0
    sum(weighted.values()).backward()
    assert balancer.log_variances.grad[0] != 0
    assert balancer.log_variances.grad[1] == 0
