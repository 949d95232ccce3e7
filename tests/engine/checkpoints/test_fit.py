"""A checkpoint must be of the network."""

from __future__ import annotations

import pytest
from torch import nn

from projects.smn.engine import check_architecture
from projects.smn.engine.checkpoints import describe_fit
from projects.smn.errors import UserError


@pytest.mark.parametrize(
    ('other', 'words'),
    [
        (nn.Linear(2, 4), "other shapes: 'weight', 'bias'"),
        (nn.Linear(2, 3, bias=False), "it lacks 'bias'"),
        (nn.Sequential(nn.Linear(2, 3)), "too many: '0.weight'"),
    ],
)
def test_another_network_is_refused_with_the_first_differences(other, words):
    with pytest.raises(UserError, match=words):
        check_architecture(nn.Linear(2, 3), dict(state_dict=other.state_dict()), 'x.pth')


def network(classes: int, **more: nn.Module) -> nn.Module:
    return nn.ModuleDict(dict(neck=nn.Linear(2, 3), head=nn.Linear(3, classes), **more))


def test_what_is_not_loaded_is_said_by_module_in_one_line():
    theirs = network(80, mask=nn.Linear(3, 1)).state_dict() | {'balancer.weight': None}
    ours = network(2, grades=nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5)))
    assert describe_fit(ours, theirs) == (
        '2 of 8 parameters; not in the file: grades.0 (2), grades.1 (4); of another shape there: '
        'head.weight (1), head.bias (1); in the file and not used: mask.weight (1), mask.bias (1)'
    )


def test_of_weights_that_fit_there_is_nothing_to_say():
    assert describe_fit(network(2), network(2).state_dict()) == '4 of 4 parameters'
