"""The labels of all tasks of one image, as one thing that a transform can move.

MMDetection's own transforms move whatever lies under ``gt_masks`` by calling its ``rescale``,
``resize``, ``flip``, ``crop`` and ``pad``, and drop objects by indexing it. :class:`TaskLabels`
answers these calls for every task at once, so that stock ``Resize``, ``RandomChoiceResize``,
``RandomFlip``, ``RandomCrop`` and ``Pad`` move keypoints, further masks and semantic maps too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mmcv
import numpy as np
from mmdet.structures.mask import BitmapMasks

from .image_labels import ImageBox, SemanticMap
from .keypoints import Keypoints


class TaskLabels:
    """The labels of all tasks of one image; lies under ``gt_masks`` in the pipeline.

    Args:
        geometry: Task name to ``BitmapMasks`` or :class:`Keypoints`: what a transform moves.
        values: Name to array with N as first dimension: what only follows its object.
        length: N, the number of objects.
        height: Of the image, in pixels.
        width: Of the image, in pixels.
        image_geometry: As ``geometry``, of the whole image: not of its objects.
        image_values: As ``values``, of the whole image: 1 as first dimension.
    """

    def __init__(
        self,
        geometry: Mapping[str, BitmapMasks | Keypoints],
        values: Mapping[str, np.ndarray],
        length: int,
        height: int,
        width: int,
        image_geometry: Mapping[str, SemanticMap | ImageBox] = {},
        image_values: Mapping[str, np.ndarray] = {},
    ) -> None:
        self.geometry = dict(geometry)
        self.values = dict(values)
        self.length = length
        self.height = height
        self.width = width
        self.image_geometry = dict(image_geometry)
        self.image_values = dict(image_values)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: np.ndarray) -> TaskLabels:
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        index = index.reshape(-1).astype(np.int64)
        return TaskLabels(
            {name: field[index] for name, field in self.geometry.items()},
            {name: value[index] for name, value in self.values.items()},
            len(index),
            self.height,
            self.width,
            self.image_geometry,
            self.image_values,
        )

    def rescale(self, scale: tuple[int, int], interpolation: str = 'bilinear') -> TaskLabels:
        """Move with an image that is rescaled to fit ``scale`` and keeps its aspect ratio."""
        width, height = mmcv.rescale_size((self.width, self.height), scale)
        return self.resize((height, width), interpolation)

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> TaskLabels:
        """Move with an image that is resized to ``out_shape``, (height, width).

        Masks are interpolated and rounded. ``BitmapMasks`` by itself takes OpenCV's nearest pixel,
        the one to the upper left: that moves a mask by half a pixel, and frays what is thin.
        """
        size = tuple(out_shape[:2])
        return self._move(lambda field: _resized(field, size, interpolation), *size)

    def flip(self, flip_direction: str = 'horizontal') -> TaskLabels:
        return self._move(lambda field: field.flip(flip_direction), self.height, self.width)

    def transpose(self) -> TaskLabels:
        return self._move(_transposed, self.width, self.height)

    def crop(self, bbox: np.ndarray) -> TaskLabels:
        x1, y1, x2, y2 = np.clip(bbox, 0, [self.width, self.height] * 2)
        height, width = max(int(y2 - y1), 1), max(int(x2 - x1), 1)
        return self._move(lambda field: field.crop(np.asarray(bbox)), height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> TaskLabels:
        return self._move(lambda field: field.pad(out_shape, pad_val=pad_val), *out_shape[:2])

    def _move(self, move: Callable, height: int, width: int) -> TaskLabels:
        geometry = {name: move(field) for name, field in self.geometry.items()}
        image_geometry = {name: move(field) for name, field in self.image_geometry.items()}
        return TaskLabels(
            geometry, self.values, self.length, height, width, image_geometry, self.image_values
        )


def _resized(
    field: BitmapMasks | Keypoints | SemanticMap | ImageBox,
    size: tuple[int, int],
    interpolation: str,
) -> BitmapMasks | Keypoints | SemanticMap | ImageBox:
    if not isinstance(field, BitmapMasks):
        return field.resize(size)
    return field.resize(size, interpolation=interpolation)


def _transposed(
    field: BitmapMasks | Keypoints | SemanticMap | ImageBox,
) -> BitmapMasks | Keypoints | SemanticMap | ImageBox:
    if not isinstance(field, BitmapMasks):
        return field.transpose()
    masks = np.ascontiguousarray(field.masks.transpose(0, 2, 1))
    return BitmapMasks(masks, field.width, field.height)
