"""Options of tasks that follow from the labels, such as the mean of a number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from projects.smn.datasets import CocoTaskDataset
from projects.smn.errors import UserError
from projects.smn.tasks import Task

Options = dict[str, dict[str, Any]]
"""Task name to options."""


def tasks_of(model: nn.Module) -> Iterator[Task]:
    """The tasks of a network, as often as its parts have them."""
    for module in model.modules():
        tasks = getattr(module, 'tasks', None)
        if isinstance(tasks, Mapping):
            yield from (task for task in tasks.values() if isinstance(task, Task))


def current_options(model: nn.Module) -> Options:
    """What a checkpoint has to say: the options that followed, or could have, from labels."""
    return {
        task.name: {option: getattr(task, option) for option in task.label_options}
        for task in tasks_of(model)
        if task.label_options
    }


def learn_options(model: nn.Module, sources: Iterable[CocoTaskDataset]) -> Options:
    """Find what the config does not say of a network's tasks in the labels to train on, and set it.

    Returns:
        What was found, by task.
    """
    found = learned((task for task in tasks_of(model) if _is_open(task)), list(sources))
    for task in tasks_of(model):
        for option, value in found.get(task.name, {}).items():
            setattr(task, option, value)
    return found


def learned(tasks: Iterable[Task], sources: Sequence[CocoTaskDataset]) -> Options:
    """The options that follow from the labels of data sets, of the tasks that have any."""
    tasks = {task.name: task for task in tasks if task.label_options}
    return {name: task.options_of_labels(*_labels(task, sources)) for name, task in tasks.items()}


def restore_options(model: nn.Module, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Set what the config does not say of a network's tasks as it was in training.

    Raises:
        UserError: If the checkpoint does not say it either, or says something else than the config.
    """
    for task in tasks_of(model):
        for option in task.label_options:
            ours, theirs = getattr(task, option), _kept(checkpoint, task.name, option)
            if ours is None and theirs is None:
                raise UserError(
                    f'task {task.name!r} has no {option} in the config, and {filename} does not '
                    'say it either; if it was trained without, write mean=0.0, std=1.0'
                )
            if ours is None:
                setattr(task, option, theirs)
            elif theirs is not None and ours != theirs:
                raise UserError(
                    f'task {task.name!r} has {option}={ours} in the config, and {filename} was '
                    f'trained with {theirs}'
                )


def _kept(checkpoint: Mapping[str, Any], *keys: str) -> float | None:
    """A number that a checkpoint keeps; anything else that may be there is none."""
    value = checkpoint
    for key in ('meta', 'label_options', *keys):
        value = value.get(key) if isinstance(value, Mapping) else None
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    return value if is_number else None


def _is_open(task: Task) -> bool:
    return any(getattr(task, option) is None for option in task.label_options)


def _labels(task: Task, sources: Sequence[CocoTaskDataset]) -> tuple[Tensor, Tensor]:
    """All labels of a task, (N,), and the boxes that they belong to, (N, 4)."""
    pairs = [pair for source in sources for pair in source.labels_of(task)]
    boxes = torch.tensor([box for _, box in pairs], dtype=torch.float64).reshape(-1, 4)
    return torch.tensor([label for label, _ in pairs], dtype=torch.float64), boxes
