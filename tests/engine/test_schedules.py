"""How the learning rate goes with the length of a training."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from mmengine.optim import CosineAnnealingLR, LinearLR

from projects.smn.engine.schedules import (
    check_schedules,
    describe_schedules,
    with_short_warm_up,
)
from projects.smn.errors import UserError

LOOP = SimpleNamespace(max_epochs=4, max_iters=400)


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)


def warm_up(**options):
    return dict(type='LinearLR', start_factor=0.01, by_epoch=False, **options)


def test_a_warm_up_is_at_most_a_quarter():
    cosine = dict(type='CosineAnnealingLR', by_epoch=False)
    short, same = with_short_warm_up([warm_up(end=150), cosine], 100)
    assert short == warm_up(end=25)
    assert same == cosine
    assert with_short_warm_up([warm_up(end=150)], 1000) == [warm_up(end=150)]
    assert with_short_warm_up(warm_up(end=150), 100) == [warm_up(end=25)]
    # One of a single step would never end.
    assert with_short_warm_up([warm_up(end=150), cosine], 7) == [cosine]


@pytest.mark.parametrize(
    'other',
    [
        dict(type='LinearLR', end=3),  # in epochs
        warm_up(begin=50, end=150),  # no warm-up
        dict(type='PolyLR', by_epoch=False, end=400),
    ],
)
def test_no_other_schedule_is_shortened(other):
    assert with_short_warm_up([other], 100) == [other]


def test_what_follows_a_warm_up_begins_where_it_ends():
    cosine = dict(type='CosineAnnealingLR', by_epoch=False, begin=500)
    short, after = with_short_warm_up([warm_up(end=500), cosine], 300)
    assert short['end'] == after['begin'] == 75


def test_states_go_to_the_schedules_that_they_are_of():
    cosine = CosineAnnealingLR(optimizer(), T_max=10)
    both = [LinearLR(optimizer(), end=5), cosine]
    checkpoint = dict(param_schedulers=[scheduler.state_dict() for scheduler in both])
    check_schedules(both, checkpoint, 'a.pth')
    check_schedules(dict(one=both[:1], two=both[1:]), checkpoint, 'a.pth')
    check_schedules(None, {}, 'a.pth')
    for others in ([cosine], both[::-1], [*both, cosine], []):
        with pytest.raises(UserError, match=r'^a\.pth cannot be resumed: .* load_from$'):
            check_schedules(others, checkpoint, 'a.pth')


def test_those_of_several_optimizers_are_found():
    cfg = dict(one=[warm_up(end=80)], two=warm_up(end=8))
    assert with_short_warm_up(cfg, 40) == dict(one=[warm_up(end=10)], two=[warm_up(end=8)])


def test_schedules_are_named_with_their_ends():
    one = optimizer()
    schedulers = [
        LinearLR(one, start_factor=0.01, by_epoch=False, end=50),
        CosineAnnealingLR(one, T_max=4, end=4),
    ]
    assert describe_schedules(schedulers, LOOP) == (
        'LinearLR until step 50\nCosineAnnealingLR until epoch 4'
    )
    assert describe_schedules(None, LOOP) == 'a constant learning rate'


@pytest.mark.parametrize(
    ('end', 'words'),
    [(200, 'ends after 50% of the training'), (600, 'ends after the training does')],
)
def test_one_that_does_not_end_with_the_training_is_said(end, words):
    scheduler = CosineAnnealingLR(optimizer(), T_max=end, end=end, by_epoch=False)
    assert words in describe_schedules(dict(one=[scheduler]), LOOP)
