"""What is labelled, on an image and in a whole data set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from projects.smn.tasks import DETECTION, Task


@dataclass
class LabelCounts:
    """How much of a data set is labelled. Crowds are not counted: they teach nothing.

    Args:
        images: How many there are.
        incomplete: How many of them have objects without a box, as ``complete: false`` says.
        boxes: How many objects there are.
        tasks: Task name to the number of objects that are labelled for it.
    """

    images: int
    incomplete: int
    boxes: int
    tasks: dict[str, int]


def labelled_tasks(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> set[str]:
    """What one image is labelled for, see ``CocoTaskDataset.labelled_tasks``.

    Args:
        entry: Of ``CocoTaskDataset``'s data list.
        tasks: The tasks of the data set.
    """
    objects = _objects(entry)
    names = {name for name, task in tasks.items() if any(_has_label(task, obj) for obj in objects)}
    return names | {DETECTION} if objects or entry['complete'] else names


def count_labels(entries: Iterable[Mapping[str, Any]], tasks: Mapping[str, Task]) -> LabelCounts:
    """Count the labels of a data list, see :func:`labelled_tasks`."""
    counts = LabelCounts(0, 0, 0, dict.fromkeys(tasks, 0))
    for entry in entries:
        objects = _objects(entry)
        counts.images += 1
        counts.incomplete += not entry['complete']
        counts.boxes += len(objects)
        for name, task in tasks.items():
            counts.tasks[name] += sum(_has_label(task, obj) for obj in objects)
    return counts


def _objects(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [instance for instance in entry['instances'] if not instance['ignore_flag']]


def _has_label(task: Task, instance: Mapping[str, Any]) -> bool:
    label = instance['task_labels'].get(task.name)
    return label is not None and task.is_labelled(label)
