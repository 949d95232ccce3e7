"""A checkpoint must be of the network."""

from __future__ import annotations

import pytest
from torch import nn

from projects.smn.engine import check_architecture
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
