"""How the learning rate goes with the length of a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.runner import BaseLoop

from projects.smn.errors import UserError

WARM_UPS = ('LinearLR', 'ConstantLR')
# Of the training. What is short already is not spent on small steps.
LONGEST_WARM_UP = 1 / 4


def with_short_warm_up(schedules: Any, steps: int) -> Any:
    """Schedules whose warm-up is at most a quarter of a training.

    What begins where a warm-up ended begins where it ends now. A warm-up of less than two steps
    would never end in mmengine, and is left out.

    Args:
        schedules: The config's ``param_scheduler``; anything but dicts is left alone.
        steps: Of the whole training.

    Returns:
        A copy.
    """
    if isinstance(schedules, Mapping) and 'type' not in schedules:  # for several optimizers
        return {name: with_short_warm_up(value, steps) for name, value in schedules.items()}
    schedules = [schedules] if isinstance(schedules, Mapping) else schedules
    if not isinstance(schedules, Sequence):
        return schedules
    limit = int(steps * LONGEST_WARM_UP)
    long = {s['end'] for s in schedules if _is_warm_up(s) and s.get('end', 0) > limit}
    shorter = []
    for schedule in schedules:
        if isinstance(schedule, Mapping) and not schedule.get('by_epoch', True):
            if _is_warm_up(schedule) and schedule.get('end') in long:
                if limit < 2:
                    continue
                schedule = {**schedule, 'end': limit}
            elif schedule.get('begin') in long:
                schedule = {**schedule, 'begin': limit}
        shorter.append(schedule)
    return shorter


def _is_warm_up(schedule: Any) -> bool:
    if not isinstance(schedule, Mapping) or schedule.get('by_epoch', True):
        return False
    return schedule['type'] in WARM_UPS and not schedule.get('begin', 0)


def check_schedules(schedulers: Any, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Refuse to go on with the states of other schedules: mmengine gives them out by position.

    Args:
        schedulers: Built; a list, a dict of lists, or ``None``.
        checkpoint: Of the run that is resumed.
        filename: Where it is from, for the message.

    Raises:
        UserError: If there were more or fewer, or of other kinds.
    """
    ours = [scheduler.state_dict().keys() for scheduler in _flat(schedulers)]
    if ours != [state.keys() for state in _flat(checkpoint.get('param_schedulers'))]:
        raise UserError(
            f'{filename} cannot be resumed: its run had other schedules of the learning rate, as a '
            'very short one has no warm-up; start from its weights, with load_from'
        )


def describe_schedules(schedulers: Any, loop: BaseLoop, resumed: bool = False) -> str:
    """Which schedules, and until when; and whether they end before the training, or after it.

    Args:
        schedulers: Built, and resumed if the run is; a list, a dict of lists, or ``None``.
        loop: Of the training.
        resumed: Whether they have gone on with their state, which has their end.
    """
    lines, longest = [], 0.0
    for scheduler in _flat(schedulers):
        unit, whole = ('epoch', loop.max_epochs) if scheduler.by_epoch else ('step', loop.max_iters)
        begin = f'from {unit} {scheduler.begin:,} ' if scheduler.begin else ''
        lines.append(f'{type(scheduler).__name__} {begin}until {unit} {scheduler.end:,}')
        longest = max(longest, scheduler.end / whole)
    if not lines:
        return 'a constant learning rate'
    if longest != 1:
        when = f'after {longest:.0%} of the training' if longest < 1 else 'after the training does'
        why = 'without `end` and `T_max` a schedule ends with it'
        if resumed:
            why = 'one that is resumed keeps its end'
        lines.append(f'it ends {when}; {why}')
    return '\n'.join(lines)


def _flat(schedulers: Any) -> Iterator[Any]:
    if isinstance(schedulers, Mapping):
        schedulers = schedulers.values()
    for scheduler in schedulers or ():
        if isinstance(scheduler, Sequence):
            yield from scheduler
        else:
            yield scheduler
