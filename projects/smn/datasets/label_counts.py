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
        incomplete: How many of them may have objects without a box, as ``complete`` says.
        boxes: How many objects there are.
        most: How many objects the image has that has most of them.
        tasks: Task name to the number of objects that are labelled for it; of images, for a task
            of the whole image.
    """

    images: int
    incomplete: int
    boxes: int
    most: int
    tasks: dict[str, int]


def labelled_tasks(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> set[str]:
    """What one image is labelled for, see ``CocoTaskDataset.labelled_tasks``.

    Args:
        entry: Of ``CocoTaskDataset``'s data list.
        tasks: The tasks of the data set.
    """
    objects = _objects(entry)
    names = {name for name, task in tasks.items() if labels_of(task, entry)}
    return names | {DETECTION} if objects or entry['complete'] else names


def count_labels(entries: Iterable[Mapping[str, Any]], tasks: Mapping[str, Task]) -> LabelCounts:
    """Count the labels of a data list, see :func:`labelled_tasks`."""
    counts = LabelCounts(0, 0, 0, 0, dict.fromkeys(tasks, 0))
    for entry in entries:
        objects = _objects(entry)
        counts.images += 1
        counts.incomplete += entry['complete'] is not True
        counts.boxes += len(objects)
        counts.most = max(counts.most, len(objects))
        for name, task in tasks.items():
            counts.tasks[name] += len(labels_of(task, entry))
    return counts


def _objects(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [instance for instance in entry['instances'] if not instance['ignore_flag']]


def labels_of(task: Task, entry: Mapping[str, Any]) -> list[tuple[Any, list[float]]]:
    """The labels of a task on an image, each with the box that it is about.

    Args:
        task: Of objects, or of the whole image, whose box it then is.
        entry: Of ``CocoTaskDataset``'s data list.
    """
    if task.per == 'image':
        whole = [0.0, 0.0, float(entry['width']), float(entry['height'])]
        pairs = [(entry['image_labels'].get(task.name), whole)]
    else:
        pairs = [(o['task_labels'].get(task.name), o['bbox']) for o in _objects(entry)]
    return [(label, box) for label, box in pairs if label is not None and task.is_labelled(label)]
