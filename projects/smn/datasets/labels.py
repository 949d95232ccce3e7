"""The labels of all tasks of one image, as one thing that a transform can move.

MMDetection's own transforms move whatever lies under ``gt_masks`` by calling its ``rescale``,
``resize``, ``flip``, ``crop`` and ``pad``, and drop objects by indexing it. :class:`InstanceLabels`
answers these calls for every task at once, so that stock ``Resize``, ``RandomChoiceResize``,
``RandomFlip``, ``RandomCrop`` and ``Pad`` move keypoints and further masks too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import singledispatch
from typing import Any

import mmcv
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


class Keypoints:
    """The keypoints of all objects of one image.

    It has the moving methods of MMDetection's ``BitmapMasks``, so that both move alike.

    Args:
        points: Shape (N, K, 3): x, y in pixels and visibility (0, 1, 2). Pixel (i, j) covers
            [i, i + 1) x [j, j + 1).
        height: Of the image, in pixels.
        width: Of the image, in pixels.
        mirrored_order: Shape (K,): the order of the points in a mirrored image.
    """

    def __init__(
        self, points: np.ndarray, height: int, width: int, mirrored_order: Sequence[int]
    ) -> None:
        self.points = np.asarray(points, np.float32).reshape(-1, len(mirrored_order), 3)
        self.height = height
        self.width = width
        self.mirrored_order = list(mirrored_order)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: Any) -> Keypoints:
        return self._moved(self.points[index], self.height, self.width)

    def rescale(self, scale: tuple[int, int]) -> Keypoints:
        """Move with an image that is rescaled to fit ``scale`` and keeps its aspect ratio."""
        width, height = mmcv.rescale_size((self.width, self.height), scale)
        return self.resize((height, width))

    def resize(self, out_shape: tuple[int, int]) -> Keypoints:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        height, width = out_shape
        points = self.points * np.float32([width / self.width, height / self.height, 1])
        return self._moved(points, height, width)

    def flip(self, flip_direction: str = 'horizontal') -> Keypoints:
        """Mirror at an axis, or turn by half (``'diagonal'``)."""
        points = self.points.copy()
        if flip_direction in ('horizontal', 'diagonal'):
            points[..., 0] = self.width - points[..., 0]
        if flip_direction in ('vertical', 'diagonal'):
            points[..., 1] = self.height - points[..., 1]
        if flip_direction != 'diagonal':  # a turn leaves left on the left
            points = points[:, self.mirrored_order]
        return self._moved(points, self.height, self.width)

    def transpose(self) -> Keypoints:
        """Swap x and y, which mirrors at the main diagonal."""
        points = self.points[:, self.mirrored_order][..., [1, 0, 2]]
        return self._moved(points, self.width, self.height)

    def crop(self, bbox: np.ndarray) -> Keypoints:
        """Move with a crop to ``bbox`` (x1, y1, x2, y2); points outside become not labelled."""
        x1, y1, x2, y2 = np.clip(bbox, 0, [self.width, self.height] * 2)
        points = self.points - np.float32([x1, y1, 0])
        width, height = max(int(x2 - x1), 1), max(int(y2 - y1), 1)
        inside = (points[..., :2] >= 0).all(-1) & (points[..., :2] <= (width, height)).all(-1)
        points[~inside] = 0
        return self._moved(points, height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Keypoints:
        """Padding to the right and below moves nothing."""
        return self._moved(self.points, *out_shape)

    def _moved(self, points: np.ndarray, height: int, width: int) -> Keypoints:
        return Keypoints(points, height, width, self.mirrored_order)


class InstanceLabels:
    """The labels of all tasks of one image; lies under ``gt_masks`` in the pipeline.

    Args:
        geometry: Task name to ``BitmapMasks`` or :class:`Keypoints`: what a transform moves.
        values: Name to array with N as first dimension: what only follows its object.
        length: N, the number of objects.
        height: Of the image, in pixels.
        width: Of the image, in pixels.
    """

    def __init__(
        self,
        geometry: Mapping[str, BitmapMasks | Keypoints],
        values: Mapping[str, np.ndarray],
        length: int,
        height: int,
        width: int,
    ) -> None:
        self.geometry = dict(geometry)
        self.values = dict(values)
        self.length = length
        self.height = height
        self.width = width

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: np.ndarray) -> InstanceLabels:
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        index = index.reshape(-1).astype(np.int64)
        return InstanceLabels(
            {name: field[index] for name, field in self.geometry.items()},
            {name: value[index] for name, value in self.values.items()},
            len(index),
            self.height,
            self.width,
        )

    def rescale(self, scale: tuple[int, int], interpolation: str = 'nearest') -> InstanceLabels:
        width, height = mmcv.rescale_size((self.width, self.height), scale)
        return self._move(lambda field: field.rescale(scale), height, width)

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'nearest') -> InstanceLabels:
        return self._move(lambda field: field.resize(out_shape), *out_shape[:2])

    def flip(self, flip_direction: str = 'horizontal') -> InstanceLabels:
        return self._move(lambda field: field.flip(flip_direction), self.height, self.width)

    def transpose(self) -> InstanceLabels:
        return self._move(_transposed, self.width, self.height)

    def crop(self, bbox: np.ndarray) -> InstanceLabels:
        x1, y1, x2, y2 = np.clip(bbox, 0, [self.width, self.height] * 2)
        height, width = max(int(y2 - y1), 1), max(int(x2 - x1), 1)
        return self._move(lambda field: field.crop(np.asarray(bbox)), height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> InstanceLabels:
        return self._move(lambda field: field.pad(out_shape, pad_val=pad_val), *out_shape[:2])

    def get_bboxes(self, dst_type: Any = 'hbox') -> Any:
        """Boxes around the first mask task's masks; ``RandomCrop(recompute_bbox=True)`` asks."""
        for field in self.geometry.values():
            if isinstance(field, BitmapMasks):
                return field.get_bboxes(dst_type)
        raise TypeError('recompute_bbox needs a mask task')

    def _move(self, move: Callable, height: int, width: int) -> InstanceLabels:
        geometry = {name: move(field) for name, field in self.geometry.items()}
        return InstanceLabels(geometry, self.values, self.length, height, width)


def _transposed(field: BitmapMasks | Keypoints) -> BitmapMasks | Keypoints:
    if isinstance(field, Keypoints):
        return field.transpose()
    masks = np.ascontiguousarray(field.masks.transpose(0, 2, 1))
    return BitmapMasks(masks, field.width, field.height)


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
