"""Boxes that are written in another way than as x, y, width and height."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from projects.smn.errors import UserError

# By which a record says so itself.
MODES = 'boxes written as corners x1, y1, x2, y2, as their `bbox_mode` or `area` says'
# Detectron2's BoxMode.
XYXY, XYWH = ('0', 'XYXY_ABS', 'BoxMode.XYXY_ABS'), ('1', 'XYWH_ABS', 'BoxMode.XYWH_ABS')


def from_corners(box: Sequence[float]) -> list[float]:
    """x, y, width, height of the corners x1, y1, x2, y2."""
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def says_corners(box: Sequence[float], record: Mapping[str, Any], area: float) -> bool:
    """Whether a record says by itself that its box is written as corners.

    By detectron2's ``bbox_mode``; or by an area that is, to rounding, that of the corners, and not
    that of a width and a height.

    Args:
        box: Its four numbers.
        record: The annotation.
        area: What it says of its area in square pixels; 0 where it says nothing.

    Raises:
        UserError: If ``bbox_mode`` is another one.
    """
    if 'bbox_mode' in record:
        mode = str(record['bbox_mode'])
        if mode not in (*XYXY, *XYWH):
            raise UserError(
                f'`bbox_mode` is {mode!r:.40}: 0 (XYXY_ABS) and 1 (XYWH_ABS) can be read'
            )
        return mode in XYXY
    _, _, width, height = from_corners(box)
    return (
        min(width, height) > 0
        and math.isclose(width * height, area, rel_tol=1e-4)
        and not math.isclose(box[2] * box[3], area, rel_tol=1e-2)
    )
