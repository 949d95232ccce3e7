from __future__ import annotations

import pytest
import torch

from projects.smn.errors import UserError
from projects.smn.models import FixedWeights


def test_the_weight_is_one_where_none_is_named():
    losses = dict(detection=torch.tensor(3.0), neck=torch.tensor(5.0))
    weighted, weights = FixedWeights(('detection', 'neck'), dict(neck=0.5))(losses, losses)
    assert weighted == dict(detection=3.0, neck=2.5)
    assert weights == dict(detection=1.0, neck=0.5)


@pytest.mark.parametrize('weight', [-1.0, float('nan'), float('inf'), '1', None])
def test_a_weight_that_is_no_weight_is_refused(weight):
    with pytest.raises(UserError, match='neck'):
        FixedWeights(('neck',), dict(neck=weight))


def test_a_checkpoint_does_not_bring_back_weights_that_the_config_has_changed():
    old = FixedWeights(('neck',), dict(neck=0.5))
    new = FixedWeights(('neck',), dict(neck=2.0))
    new.load_state_dict(old.state_dict())
    assert new(dict(neck=torch.tensor(1.0)), ('neck',))[0] == dict(neck=2.0)
