"""From the parsed labels of an image and its objects to arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any

import mmcv
import numpy as np
from mmdet.structures.mask import BitmapMasks
from mmengine.fileio import get
from PIL import Image

from projects.smn.errors import UserError
from projects.smn.tasks import (
    IGNORED,
    BoxTask,
    ClassificationTask,
    KeypointTask,
    MaskTask,
    RegressionTask,
    SemanticTask,
    Task,
    decode_mask,
    tasks_per,
)

from .image_labels import ImageBox, SemanticMap
from .keypoints import Keypoints
from .labels import TaskLabels

# What Pillow raises for files that are damaged in one way or another.
FAULTS = (OSError, EOFError, SyntaxError, ValueError, Image.DecompressionBombError)


def load_labels(
    instances: Sequence[Mapping[str, Any]],
    image_labels: Mapping[str, Any],
    tasks: Mapping[str, Task],
    height: int,
    width: int,
    backend_args: Mapping | None = None,
) -> TaskLabels:
    """Arrays from parsed labels.

    Args:
        instances: One entry per object; its ``task_labels`` maps task names to parsed labels. A
            task that is absent there is not labelled.
        image_labels: The same for tasks of the whole image; of a semantic map, the path.
        tasks: The tasks to load.
        height: Of the original image, in pixels.
        width: Of the original image, in pixels.
        backend_args: How mmengine reads the files of semantic maps.

    Raises:
        UserError: If a semantic map cannot be read or does not fit.
    """
    size = (height, width)
    geometry, values = {}, {}
    for task in tasks_per('object', tasks).values():
        labels = [instance['task_labels'].get(task.name) for instance in instances]
        load_field(task, labels, size, geometry, values)
    values['areas'] = np.array([i.get('area', 0) for i in instances], np.float32)
    image_geometry, image_values = {}, {}
    for task in tasks_per('image', tasks).values():
        label = image_labels.get(task.name)
        if isinstance(task, SemanticTask):
            label = None if label is None else read_map(task, label, size, backend_args)
        load_field(task, [label], size, image_geometry, image_values)
    return TaskLabels(geometry, values, len(instances), *size, image_geometry, image_values)


def read_map(
    task: SemanticTask, path: str, size: tuple[int, int], backend_args: Mapping | None
) -> np.ndarray:
    """A semantic map (H, W), uint8, from a file with one channel; of a palette, the indices.

    Raises:
        UserError: If it cannot be read, or has another size or other values than it should.
    """
    try:
        values = mmcv.imfrombytes(get(path, backend_args), flag='unchanged', backend='pillow')
    except FileNotFoundError:
        raise UserError(f'there is no semantic map {path}') from None
    except FAULTS as error:
        raise UserError(f'the semantic map {path} cannot be read: {error}') from None
    if values.ndim != 2 or values.dtype != np.uint8:
        raise UserError(f'the semantic map {path} must have one channel of 8 bits')
    if values.shape != size:
        raise UserError(
            f'the semantic map {path} has {values.shape[1]} x {values.shape[0]} pixels, its image '
            f'{size[1]} x {size[0]}'
        )
    try:
        task.check_map(values)
    except UserError as error:
        raise UserError(f'{path}: {error}') from None
    return values


@singledispatch
def load_field(task: Task, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    """Put one task's labels (``None``: not labelled) into ``geometry`` or ``values``.

    Of a task of the whole image there is one label.
    """
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


@load_field.register
def _(task: SemanticTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    (label,) = labels
    geometry[task.name] = SemanticMap(np.full(size, IGNORED, np.uint8) if label is None else label)


@load_field.register
def _(task: BoxTask, labels: list, size: tuple[int, int], geometry: dict, values: dict):
    (label,) = labels
    geometry[task.name] = ImageBox(np.full(4, np.nan) if label is None else label, *size)
