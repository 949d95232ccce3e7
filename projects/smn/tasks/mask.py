"""Masks: several per object are possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError
from projects.smn.reading.outlines import is_polygon, measure
from projects.smn.runs import runs_fit

from .base import TASKS, Task
from .geometry import Geometry, moved_points, of_pixels

if TYPE_CHECKING:
    from mmdet.structures.mask import BitmapMasks
    from torch import Tensor


@TASKS.register_module()
@dataclass(kw_only=True)
class MaskTask(Task):
    """A binary mask per object.

    A task named ``mask`` reads COCO's ``segmentation``; one of any other name reads
    ``masks: {<name>: <polygons or RLE>}`` of the annotation, unless ``source`` says otherwise.
    An empty list is a label of those: this object has no such mask. Of ``segmentation`` it is none.

    Args:
        source: ``'segmentation'``, or the key in ``masks``. Default: as said above.
    """

    kind: ClassVar[str] = 'mask'
    meaning: ClassVar[tuple[str, ...]] = ('of',)
    named_by: ClassVar[str] = 'of'
    default_loss: ClassVar[dict] = dict(type='CrossEntropyLoss', use_mask=True, loss_weight=1.0)

    source: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.source is None:
            self.source = 'segmentation' if self.name == 'mask' else self.name

    @property
    def label_path(self) -> tuple[str, ...]:
        return (self.source,) if self.source == 'segmentation' else ('masks', self.source)

    @property
    def outlines(self) -> bool:
        return self.source == 'segmentation'

    def find_label(self, record: Mapping[str, Any]) -> Any:
        """As of every task; an empty outline of the object itself says that only its box was drawn.

        Nothing that has a box has no mask, and exporters write rectangles so.
        """
        label = super().find_label(record)
        empty = isinstance(label, (list, tuple)) and not any(label)
        return None if self.outlines and empty else label

    def parse_label(self, label: Any) -> list | dict:
        """Polygons ``[[x1, y1, x2, y2, ...], ...]`` or RLE ``{'size': [h, w], 'counts': ...}``."""
        if isinstance(label, Mapping) and {'size', 'counts'} <= set(label):
            if not runs_fit(label['counts'], label['size']):
                raise UserError(
                    f'the runs of its RLE are malformed or do not fill {label["size"]!r:.40} '
                    '(height, width)'
                )
            return dict(label)
        if isinstance(label, (list, tuple)) and all(map(is_polygon, label)):
            return [list(map(float, polygon)) for polygon in label]
        raise UserError(
            f'{label!r:.60} is neither a list of polygons (six or more numbers each) nor an RLE'
        )

    def check_size(self, label: list | dict, height: int, width: int) -> None:
        if isinstance(label, dict) and list(label['size']) != [height, width]:
            raise UserError(
                f'its RLE is of {label["size"]} (height, width), its image of {[height, width]}'
            )

    def mended(
        self, label: list | dict, record: Mapping[str, Any], height: int, width: int
    ) -> tuple[list | dict | None, tuple[str, ...]]:
        """Polygons without area in the image are no mask, and not an empty one."""
        # Of outlines, the data set has seen it already: it compares them with boxes.
        drawn = isinstance(label, list) and any(label) and not self.outlines
        if drawn and measure(label, height, width) is None:
            return None, (f'masks {self.source!r} without area, not labelled',)
        return label, ()

    def load(self, labels: Sequence, size: tuple[int, int], read: Any) -> Masks:
        from mmdet.structures.mask import BitmapMasks  # here, as it loads torch

        masks = [decode_mask(label or [], *size) for label in labels]
        known = np.array([label is not None for label in labels], bool)
        return Masks(BitmapMasks(masks, *size), known)

    def pack(self, geometry: Masks) -> dict[str, Any]:
        """``<task>``, the masks, and ``<task>_labelled``, (N,) bool: a mask may be empty."""
        return {self.name: geometry.masks, f'{self.name}_labelled': geometry.known}

    def labelled(self, fields: Mapping[str, Any]) -> np.ndarray | Tensor:
        return fields[f'{self.name}_labelled']

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict | None:
        """COCO's compressed RLE; masks are kept as such."""
        return fields[self.name][index] if self.applies(fields['labels'])[index] else None

    def schema(self) -> dict[str, Any]:
        return RLE_SCHEMA

    def columns(self) -> list[str]:
        return [f'{self.name} (px2)']

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        applies = self.applies(fields['labels'])[index]
        mask = fields[self.name][index]
        return {self.columns()[0]: int(mask_utils.area(mask)) if applies else None}


RLE_SCHEMA = dict(
    type='object',
    properties=dict(
        size=dict(
            type='array',
            items=dict(type='integer'),
            minItems=2,
            maxItems=2,
            description='Height and width.',
        ),
        counts=dict(type='string'),
    ),
    required=['size', 'counts'],
    description="A mask: COCO's compressed run lengths, as pycocotools reads them.",
)


class Masks(Geometry):
    """The masks of all objects of one image.

    Args:
        masks: N of them.
        known: (N,) bool: which are labelled; an empty mask can be a label.
    """

    def __init__(self, masks: BitmapMasks, known: np.ndarray) -> None:
        self.masks = masks
        self.known = known

    def __len__(self) -> int:
        return len(self.known)

    def __getitem__(self, index: np.ndarray) -> Masks:
        return Masks(self.masks[index], self.known[index])

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> Masks:
        """Move with an image that is resized to ``out_shape``, (height, width).

        Masks are interpolated and rounded. ``BitmapMasks`` by itself takes OpenCV's nearest pixel,
        the one to the upper left: that moves a mask by half a pixel, and frays what is thin.
        """
        return self._moved(self.masks.resize(out_shape, interpolation=interpolation))

    def flip(self, flip_direction: str = 'horizontal') -> Masks:
        return self._moved(self.masks.flip(flip_direction))

    def transpose(self) -> Masks:
        bits = np.ascontiguousarray(self.masks.masks.transpose(0, 2, 1))
        return self._moved(type(self.masks)(bits, self.masks.width, self.masks.height))

    def crop(self, bbox: np.ndarray) -> Masks:
        return self._moved(self.masks.crop(np.asarray(bbox)))

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Masks:
        return self._moved(self.masks.pad(out_shape, pad_val=pad_val))

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> Masks:
        """Move with an image; interpolated and rounded, each where it is and no further."""
        height, width = out_shape
        moved = np.zeros((len(self), height, width), np.uint8)
        for target, bits, (x1, y1, x2, y2) in zip(
            moved, self.masks.masks, self.extents(), strict=True
        ):
            if np.isnan(x1):
                continue
            corners = np.float32([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
            there = moved_points(corners, matrix)
            low = np.floor(there.min(0)).astype(int).clip(0, [width, height])
            high = np.ceil(there.max(0)).astype(int).clip(0, [width, height])
            if (low < high).all():
                part = bits[int(y1) : int(y2), int(x1) : int(x2)] * np.uint8(255)
                local = matrix.astype(float).copy()
                local[:, 2] += local[:, :2] @ [x1, y1] - low
                found = cv2.warpAffine(part, of_pixels(local), tuple((high - low).tolist()))
                target[low[1] : high[1], low[0] : high[0]] = found >= 128
        return self._moved(type(self.masks)(moved, height, width))

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> Masks:
        placed = np.zeros((len(self), *out_shape), np.uint8)
        height, width = self.masks.height, self.masks.width
        placed[:, top : top + height, left : left + width] = self.masks.masks
        return self._moved(type(self.masks)(placed, *out_shape))

    def cover(self, where: np.ndarray) -> Masks:
        bits = self.masks.masks * ~where
        return self._moved(type(self.masks)(bits, self.masks.height, self.masks.width))

    def join(self, others: Sequence[Masks]) -> Masks:
        parts = (self, *others)
        bits = np.concatenate([part.masks.masks for part in parts])
        masks = type(self.masks)(bits, self.masks.height, self.masks.width)
        return Masks(masks, np.concatenate([part.known for part in parts]))

    def extents(self) -> np.ndarray:
        """The boxes around the masks, (N, 4) in pixels; NaN for an empty one."""
        boxes = np.full((len(self), 4), np.nan, np.float32)
        for box, bits in zip(boxes, self.masks.masks, strict=True):
            columns, rows = np.flatnonzero(bits.any(0)), np.flatnonzero(bits.any(1))
            if len(rows):
                box[:] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
        return boxes

    def _moved(self, masks: BitmapMasks) -> Masks:
        return Masks(masks, self.known)


def encode_mask(mask: np.ndarray) -> dict:
    """A binary mask (H, W) as compressed COCO RLE that can be written as JSON."""
    rle = mask_utils.encode(np.asfortranarray(mask, dtype=np.uint8))
    return dict(size=[int(side) for side in rle['size']], counts=rle['counts'].decode('ascii'))


def decode_mask(label: list | dict, height: int, width: int) -> np.ndarray:
    """Polygons or RLE, in pixels of an image of that size, as uint8 mask (height, width)."""
    if isinstance(label, list):
        if not label:
            return np.zeros((height, width), np.uint8)
        rle = mask_utils.merge(mask_utils.frPyObjects(label, height, width))
    elif isinstance(label['counts'], list):
        rle = mask_utils.frPyObjects(label, height, width)
    else:
        rle = label
    return mask_utils.decode(rle)
