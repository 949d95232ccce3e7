"""The entry point that every kind of task registers its metrics at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

import numpy as np

from projects.smn.errors import UserError
from projects.smn.tasks import Task

from .comparison import Comparison


@singledispatch
def evaluate_task(task: Task, images: Sequence[Comparison]) -> dict[str, float]:
    """The metrics of one task over all images: name to number, NaN where nothing is labelled.

    Register a function for a new kind of task with ``@evaluate_task.register``.
    """
    kind = type(task).__name__
    raise UserError(
        f'task {task.name!r}: how a {kind} is measured is not said: register a function with '
        '@evaluate_task.register, which may return {}'
    )


def share(part: float, whole: float) -> float:
    """``part / whole``, NaN for nothing of nothing."""
    return float(part) / float(whole) if whole else float('nan')


def labels_of(task: Task) -> list[int]:
    """The class labels of the objects that have the task."""
    return np.flatnonzero(task.channel_of_label() >= 0).tolist()
