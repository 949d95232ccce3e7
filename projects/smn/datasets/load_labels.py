"""From the parsed labels of an image's objects to arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from mmdet.structures.mask import BitmapMasks

from projects.smn.tasks import (
    ClassificationTask,
    KeypointTask,
    MaskTask,
    RegressionTask,
    Task,
    decode_mask,
)

from .keypoints import Keypoints
from .labels import InstanceLabels


def load_labels(
    instances: Sequence[Mapping[str, Any]], tasks: Mapping[str, Task], height: int, width: int
) -> InstanceLabels:
    """Arrays from parsed labels.

    Args:
        instances: One entry per object; its ``task_labels`` maps task names to parsed labels. A
            task that is absent there is not labelled.
        tasks: The tasks to load.
        height: Of the original image, in pixels.
        width: Of the original image, in pixels.
    """
    geometry, values = {}, {}
    for task in tasks.values():
        labels = [instance['task_labels'].get(task.name) for instance in instances]
        load_field(task, labels, (height, width), geometry, values)
    values['areas'] = np.array([i.get('area', 0) for i in instances], np.float32)
    return InstanceLabels(geometry, values, len(instances), height, width)


@singledispatch
def load_field(task: Task, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    """Put one task's labels (``None``: not labelled) into ``geometry`` or ``values``."""
    raise TypeError(f'no loader is registered for {type(task).__name__}')


@load_field.register
def _(task: MaskTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    masks = [decode_mask(label or [], *size) for label in labels]
    geometry[task.name] = BitmapMasks(masks, *size)
    values[f'{task.name}_labelled'] = np.array([label is not None for label in labels], bool)


@load_field.register
def _(task: KeypointTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    order = task.mirrored_order()
    nothing = [[0, 0, 0]] * len(order)
    points = np.array([nothing if label is None else label for label in labels], np.float32)
    geometry[task.name] = Keypoints(points, *size, order)


@load_field.register
def _(task: ClassificationTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    values[task.name] = np.array([-1 if label is None else label for label in labels], np.int64)


@load_field.register
def _(task: RegressionTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    numbers = [np.nan if label is None else label for label in labels]
    values[task.name] = np.array(numbers, np.float32)
