"""The learning rate of a training that was made longer or shorter."""

from __future__ import annotations

import copy
from itertools import pairwise

import pytest
import torch
from mmdet.registry import PARAM_SCHEDULERS
from mmengine.config import ConfigDict

from projects.smn.engine.schedule_lengths import with_length
from projects.smn.engine.schedules import with_short_warm_up

STEPS = 20  # of an epoch
STEPWISE = dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100)
# The unit of the config, its length, and its schedules.
RECIPES = dict(
    few_photos=('max_iters', 1500, [STEPWISE, dict(type='CosineAnnealingLR', by_epoch=False)]),
    one_ended=(
        'max_iters',
        1500,
        [STEPWISE, dict(type='CosineAnnealingLR', by_epoch=False, begin=100, end=1500, T_max=1400)],
    ),
    epochs=(
        'max_epochs',
        36,
        [
            dict(type='LinearLR', start_factor=0.01, end=3),
            dict(type='CosineAnnealingLR', begin=3, T_max=33, end=36),
        ],
    ),
    rtmdet=(
        'max_epochs',
        300,
        [
            dict(STEPWISE, end=1000),
            dict(
                type='CosineAnnealingLR',
                begin=150,
                T_max=150,
                end=300,
                by_epoch=True,
                convert_to_iter_based=True,
            ),
        ],
    ),
)


def moved(recipe, **length):
    (after,) = length.items()
    unit, number, schedules = copy.deepcopy(RECIPES[recipe])
    return with_length([ConfigDict(s) for s in schedules], (unit, number), after)


def rates(schedules, steps: int) -> list[float]:
    """The learning rate of each step, as mmengine goes through them; it begins at 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    built = []
    for schedule in with_short_warm_up(schedules, steps):
        options = dict(schedule)
        whole = steps // STEPS if options.get('by_epoch', True) else steps
        options.setdefault('end', whole)
        if options.pop('convert_to_iter_based', False):
            for name in ('begin', 'end', 'T_max'):
                options[name] *= STEPS
            options['by_epoch'] = False
        built.append(PARAM_SCHEDULERS.build(dict(options, optimizer=optimizer)))
    found = []
    for step in range(1, steps + 1):
        found.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for scheduler in built:
            if not scheduler.by_epoch or step % STEPS == 0:
                scheduler.step()
    return found


@pytest.mark.parametrize('recipe', RECIPES)
@pytest.mark.parametrize(
    'length', [dict(max_epochs=n) for n in (1, 2, 3, 5, 8, 22, 60)] + [dict(max_iters=400)]
)
def test_it_rises_to_the_whole_and_falls_to_nearly_nothing(recipe, length):
    schedules = moved(recipe, **length)
    steps = length.get('max_iters', STEPS * length.get('max_epochs', 0))
    if 'max_iters' in length:
        assert not any(s.get('by_epoch', True) for s in schedules)  # else it would never move
    found = rates(schedules, steps)
    top = found.index(max(found))
    assert max(found) > 0.853  # a cosine that begins with its warm-up is there after a quarter
    assert top <= steps * 0.5 + 1
    assert all(after <= before + 1e-9 for before, after in pairwise(found[top:]))
    if not any(s.get('by_epoch', True) for s in schedules if 'convert_to_iter_based' not in s):
        assert found[-1] < 0.05
    elif steps >= 8 * STEPS:  # by epochs, the last step of a cosine is not taken any more
        assert found[-1] < 0.1


def test_the_same_length_changes_nothing():
    for recipe, (unit, number, schedules) in RECIPES.items():
        assert moved(recipe, **{unit: number}) == schedules


def test_periods_and_total_steps_move_too():
    periods = ConfigDict(type='CosineRestartLR', periods=[10, 26], restart_weights=[1, 0.5])
    cycle = ConfigDict(type='OneCycleLR', eta_max=0.1, total_steps=36)
    moved = with_length([periods, cycle], ('max_epochs', 36), ('max_epochs', 18))
    assert [moved[0].periods, moved[1].total_steps] == [[5, 13], 18]


def test_schedules_of_several_optimizers_move():
    schedules = ConfigDict(one=[dict(type='CosineAnnealingLR', T_max=36, end=36)])
    moved = with_length(schedules, ('max_epochs', 36), ('max_epochs', 12))
    assert moved['one'][0].end == moved['one'][0].T_max == 12
