"""Boxes that are written as corners x1, y1, x2, y2 instead of x, y, width and height."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projects.smn.errors import UserError

from .outlines import (
    CORNERS,
    LARGER,
    TOLERANCE_PX,
    has_outline,
    measure,
    polygons_of_numbers,
    true_box,
)
from .values import number, numbers

MODE = 'boxes written as corners x1, y1, x2, y2, as their `bbox_mode` says'
# What the others of a file say.
AS_THE_OTHERS = 'boxes without an outline, taken as corners as the others of the file are'
MIXED = 'boxes without an outline, in a file of which other boxes are corners; taken as sizes'
# Detectron2's BoxMode, as a number and by name.
XYXY, XYWH = (0, 'XYXY_ABS', 'BoxMode.XYXY_ABS'), (1, 'XYWH_ABS', 'BoxMode.XYWH_ABS')
# One object may look so by chance, as a loose box does; a file hardly.
FEWEST, TIMES_MORE = 3, 10
ENOUGH = 100  # that say otherwise, when none says so


@dataclass
class Witnesses:
    """What the boxes of a file show of how they are written.

    Args:
        corners: How many can only be corners.
        sizes: How many can only be x, y, width and height.
        lone: How many have no outline, and do not say themselves how they are written.
        possible: Whether all of these can be corners.
    """

    corners: int = 0
    sizes: int = 0
    lone: int = 0
    possible: bool = True

    @property
    def prove_corners(self) -> bool:
        """Whether those without an outline are corners, too."""
        many = self.corners >= max(FEWEST, TIMES_MORE * self.sizes)
        return many and self.possible and self.lone > 0

    @property
    def in_doubt(self) -> bool:
        """Whether some boxes are corners, and nobody knows what those without an outline are."""
        return self.corners > 0 and self.lone > 0 and not self.prove_corners


def hear(
    annotations: Iterable[Mapping[str, Any]], sizes: Mapping[Any, tuple[int, int]]
) -> Witnesses:
    """Ask all boxes of a file, of whatever category, if there are some without an outline.

    A box speaks by its outline; without one, by an ``area`` that is, to a hundredth of a percent,
    the product of the sides in one way of writing, and far from it in the other.

    Args:
        annotations: Of the file.
        sizes: Height and width of each image, by its id.
    """
    annotations = [a for a in annotations if a['image_id'] in sizes and a.get('bbox_mode') is None]
    heard = Witnesses(lone=sum(not has_outline(a.get('segmentation')) for a in annotations))
    for annotation in annotations if heard.lone else ():
        try:
            box = x, y, width, height = numbers(annotation.get('bbox'))
        except (UserError, ValueError):  # not four of them
            continue
        size = sizes[annotation['image_id']]
        outline = annotation.get('segmentation')
        if has_outline(outline):
            said = _by_outline(box, outline, *size)
        else:
            said = _by_area(box, annotation.get('area'))
            inside = width <= size[1] + TOLERANCE_PX and height <= size[0] + TOLERANCE_PX
            heard.possible &= inside and x < width and y < height
        heard.corners += said is True
        heard.sizes += said is False
        if heard.sizes >= ENOUGH and not heard.corners:
            break
    return heard


def from_corners(box: Sequence[float]) -> list[float]:
    """x, y, width, height of the corners x1, y1, x2, y2."""
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def mode_is_corners(record: Mapping[str, Any]) -> bool:
    """Whether a record says by detectron2's ``bbox_mode`` that its box is written as corners.

    Raises:
        UserError: If it is another mode than this and x, y, width, height.
    """
    mode = record.get('bbox_mode')
    if mode is None:
        return False
    try:
        known: Any = number(mode)
    except UserError:
        known = mode
    if isinstance(mode, bool) or known not in (*XYXY, *XYWH):
        raise UserError(f'`bbox_mode` is {mode!r:.40}: 0 (XYXY_ABS) and 1 (XYWH_ABS) can be read')
    return known in XYXY


def _by_outline(box: Sequence[float], outline: Any, height: int, width: int) -> bool | None:
    """Whether a box is corners; None if it may be either, or neither."""
    if max(box[:2]) <= TOLERANCE_PX:
        return None  # at the origin, both ways of writing are one
    measured = measure(polygons_of_numbers(outline), height, width)
    if measured is None:
        return None
    remark = true_box(box, measured.box, width, height)[1]
    return {CORNERS: True, LARGER: False, None: False}.get(remark)


def _by_area(box: Sequence[float], area: Any) -> bool | None:
    try:
        area = number(area)
    except UserError:
        return None
    as_corners = from_corners(box)
    products = as_corners[2] * as_corners[3], box[2] * box[3]
    if min(as_corners[2:]) <= 0 or math.isclose(*products, rel_tol=1e-2):
        return False if math.isclose(products[1], area, rel_tol=1e-4) else None
    fits = [math.isclose(product, area, rel_tol=1e-4) for product in products]
    return fits[0] if any(fits) else None
