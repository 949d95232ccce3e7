"""A config's schedules of the learning rate, moved with the length of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import ConfigDict

from .schedules import LONGEST_WARM_UP, WARM_UPS

# Options that count epochs or steps.
POINTS = ('milestones', 'step_size', 'periods', 'total_steps')
SCALED = ('begin', 'end', 'T_max', *POINTS)


def with_length(schedules: Any, before: tuple[str, int], after: tuple[str, int]) -> Any:
    """Schedules for a training of another length.

    What ended with the training ends with it again, and what it has on the way moves in
    proportion; a warm-up stays, but takes a quarter of the training at most, and what began at its
    end begins there again. In another unit nothing that counts in the old one would be right:

    - steps of a training that now counts epochs: a warm-up stays; a schedule of the whole loses its
      end, and is given it when the data are known.
    - all else is made to count in the new unit.

    Args:
        schedules: The config's ``param_scheduler``; changed in place.
        before: ``'max_epochs'`` or ``'max_iters'``, and how many.
        after: The same of the new length.

    Returns:
        Those that are left: a warm-up of less than two epochs or steps would never end in mmengine.
    """
    if isinstance(schedules, Mapping) and 'type' not in schedules:  # for several optimizers
        return {name: with_length(value, before, after) for name, value in schedules.items()}
    schedules = [schedules] if isinstance(schedules, Mapping) else list(schedules or ())
    if before == after:
        return schedules
    (unit, old), (new_unit, new) = before, after
    counted = [s for s in schedules if s.get('by_epoch', True) == (unit == 'max_epochs')]
    if unit == new_unit:
        dropped = _lengthen(counted, old, new)
        return [s for s in schedules if not any(s is other for other in dropped)]
    for schedule in counted:
        if new_unit == 'max_epochs' and _without_end(schedule, old):
            continue
        schedule.by_epoch = new_unit == 'max_epochs'
        schedule.pop('convert_to_iter_based', None)
        _scale(schedule, old, new)
    return schedules


def _lengthen(schedules: Sequence[ConfigDict], old: int, new: int) -> list[ConfigDict]:
    """In the same unit; what has to go."""
    ends: dict[int, int] = {}  # of warm-ups, and where they are now
    dropped = []
    limit = int(new * LONGEST_WARM_UP)
    for schedule in schedules:
        if not _is_warm_up(schedule, old):
            continue
        ends[schedule.end] = end = min(schedule.end, limit)
        if end < schedule.end and end < (1 if schedule.get('convert_to_iter_based') else 2):
            ends[schedule.end] = 0
            dropped.append(schedule)
        else:
            schedule.end = end
    for schedule in schedules:
        if schedule.get('end', old) == old:
            _scale(schedule, old, new, ends)
    return dropped


def _is_warm_up(schedule: ConfigDict, length: int) -> bool:
    starts = schedule.type in WARM_UPS and not schedule.get('begin', 0)
    return starts and schedule.get('end', length) < length


def _without_end(schedule: ConfigDict, old: int) -> bool:
    """Whether it may go on in steps; if it ended with the training, it has no end any more."""
    if _is_warm_up(schedule, old):
        return True
    begin = schedule.get('begin', 0)
    if any(name in schedule for name in POINTS) or schedule.get('end', old) != old:
        return False
    if schedule.get('T_max', old - begin) not in (old, old - begin):
        return False
    for name in ('end', 'T_max'):
        schedule.pop(name, None)
    return True


def _scale(schedule: ConfigDict, old: int, new: int, begins: Mapping[int, int] = {}) -> None:
    begin = schedule.get('begin', 0)
    whole = schedule.get('T_max') == schedule.get('end', old) - begin
    for name in SCALED:
        value = schedule.get(name)
        if isinstance(value, (list, tuple)):
            schedule[name] = [max(1, round(number * new / old)) for number in value]
        elif value is not None:
            schedule[name] = max(int(value > 0), round(value * new / old))
    end = schedule.get('end', new)
    if begin:
        schedule.begin = min(begins.get(begin, schedule.begin), end - 1)
    if whole:
        schedule.T_max = end - schedule.get('begin', 0)
