"""Boxes that are written in another way than as x, y, width and height."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projects.smn.errors import UserError

from .outlines import CORNERS, TOLERANCE_PX

# By which a record says so itself.
MODES = 'boxes written as corners x1, y1, x2, y2, as their `bbox_mode` or `area` says'
# What the others of a file say.
AS_THE_OTHERS = 'boxes without an outline, taken as corners as the others of the file are'
MIXED = 'boxes without an outline, in a file of which other boxes are corners'
# Detectron2's BoxMode.
XYXY, XYWH = ('0', 'XYXY_ABS', 'BoxMode.XYXY_ABS'), ('1', 'XYWH_ABS', 'BoxMode.XYWH_ABS')


@dataclass
class BoxForm:
    """How the boxes of a file are written, as those that have an outline show.

    Args:
        corners: How many are corners.
        sizes: How many are x, y, width and height, and are no corners.
        alone: How many have no outline, and do not say by themselves how they are written.
    """

    corners: int = 0
    sizes: int = 0
    alone: int = 0

    def see(self, box: Sequence[float], remark: str | None) -> None:
        """Count one more.

        Args:
            box: Of an object with an outline.
            remark: What :func:`~.outlines.true_box` says of the two.
        """
        self.corners += remark == CORNERS
        # At the origin, both ways of writing are one.
        self.sizes += remark is None and max(box[:2]) > TOLERANCE_PX

    @property
    def proves_corners(self) -> bool:
        """Whether those without an outline are corners, too."""
        return self.corners > 0 and self.alone > 0 and not self.sizes

    @property
    def mixed(self) -> bool:
        """Whether nobody knows what those without an outline are."""
        return self.corners > 0 and self.alone > 0 and self.sizes > 0


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
