"""Masks: several per object are possible."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError
from projects.smn.runs import runs_fit

from .base import TASKS, Task


@TASKS.register_module()
@dataclass(kw_only=True)
class MaskTask(Task):
    """A binary mask per object.

    A task named ``mask`` reads COCO's ``segmentation``; one of any other name reads
    ``masks: {<name>: <polygons or RLE>}`` of the annotation, unless ``source`` says otherwise.
    An empty list is a label: this object has no such mask.

    Args:
        source: ``'segmentation'``, or the key in ``masks``. Default: as said above.
    """

    kind: ClassVar[str] = 'mask'
    default_loss: ClassVar[dict] = dict(type='CrossEntropyLoss', use_mask=True, loss_weight=1.0)

    source: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.source is None:
            self.source = 'segmentation' if self.name == 'mask' else self.name

    @property
    def label_path(self) -> tuple[str, ...]:
        return (self.source,) if self.source == 'segmentation' else ('masks', self.source)

    def parse_label(self, label: Any) -> list | dict:
        """Polygons ``[[x1, y1, x2, y2, ...], ...]`` or RLE ``{'size': [h, w], 'counts': ...}``."""
        if isinstance(label, Mapping) and {'size', 'counts'} <= set(label):
            if not runs_fit(label['counts'], label['size']):
                raise UserError(
                    f'the runs of its RLE are malformed or do not fill {label["size"]!r:.40} '
                    '(height, width)'
                )
            return dict(label)
        if isinstance(label, (list, tuple)) and all(map(_is_polygon, label)):
            return [list(map(float, polygon)) for polygon in label]
        raise UserError(
            f'{label!r:.60} is neither a list of polygons (six or more numbers each) nor an RLE'
        )

    def check_size(self, label: list | dict, height: int, width: int) -> None:
        if isinstance(label, dict) and list(label['size']) != [height, width]:
            raise UserError(
                f'its RLE is of {label["size"]} (height, width), its image of {[height, width]}'
            )

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict | None:
        if not self.applies(fields['labels'])[index]:
            return None
        return encode_mask(fields[self.name][index])

    def columns(self) -> list[str]:
        return [f'{self.name} (px2)']

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        applies = self.applies(fields['labels'])[index]
        return {self.columns()[0]: int(fields[self.name][index].sum()) if applies else None}


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


def _is_polygon(points: Any) -> bool:
    return (
        isinstance(points, (list, tuple))
        and len(points) >= 6
        and len(points) % 2 == 0
        and all(isinstance(value, (int, float)) and math.isfinite(value) for value in points)
    )
