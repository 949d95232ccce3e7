"""Where an object is, said twice: by its box and by its outline. Which of them is right?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from operator import mul
from typing import Any, NamedTuple

from pycocotools import mask as rle

from projects.smn.errors import UserError
from projects.smn.runs import runs_fit

from .values import numbers

TOLERANCE_PX = 2  # labelling tools round, and let a hand slip over the border of the image
# What is said of a box that its outline contradicts.
NO_BOX = 'boxes of no size, taken from the outline'
CORNERS = 'boxes written as corners x1, y1, x2, y2, taken from the outline'
BEYOND = f'boxes that their outline leaves by over {TOLERANCE_PX} px, taken from the outline'
LARGER = f'boxes over {TOLERANCE_PX} px larger than their outline, kept'
APART = 'objects whose box and outline do not touch'


class Measured(NamedTuple):
    """The sound part of an outline, its box (x, y, width, height) and its area, in pixels."""

    outline: list[list[float]] | dict
    box: list[float]
    area: float


def measure(outline: Any, height: int, width: int) -> Measured | None:
    """Measure a COCO ``segmentation`` on an image of that size; None when nothing is sound."""
    if isinstance(outline, dict):
        return _measure_rle(outline, height, width)
    parts = [part for part in outline if is_polygon(part)] if isinstance(outline, list) else []
    areas = [polygon_area(part) for part in parts]
    sound = [part for part, area in zip(parts, areas, strict=True) if area >= 1]
    if not sound:
        return None
    xs, ys = (list(chain.from_iterable(part[axis::2] for part in sound)) for axis in (0, 1))
    left, top = min(xs), min(ys)
    box = [left, top, max(xs) - left, max(ys) - top]
    return Measured(sound, box, sum(area for area in areas if area >= 1))


def true_box(
    box: Sequence[float] | None, outline_box: Sequence[float] | None, width: int, height: int
) -> tuple[list[float] | None, str | None]:
    """The box of an object, from what its record says twice.

    The outline is right where the box has no size, is written as corners, or does not hold it, as
    after a rotation. A box that is larger may hold what is hidden, and is kept.

    Args:
        box: x, y, width, height in pixels, or None.
        outline_box: That of its outline, or None.
        width: Of the image; what reaches out of it is not compared.
        height: Of the image.

    Returns:
        The box, or None if nobody knows; and what was wrong, one of the sentences above.
    """
    if outline_box is None:
        return (None if box is None else list(box)), None
    clipped = clip_box(list(outline_box), width, height)
    if clipped is None:  # an outline beside the image says nothing
        return (None if box is None else list(box)), None
    drawn = _corners(clipped)
    said = None if box is None else clip_box(list(box), width, height)
    whole = _corners(outline_box)
    # Before anything is cut at the border, where corners would look like a box that leaves it.
    fits = box is not None and _apart(_corners(box), whole) <= TOLERANCE_PX
    if not fits and box is not None and min(box[2:]) >= 1 and _apart(box, whole) <= TOLERANCE_PX:
        inside = said is not None and _apart(_corners(said), _corners(box)) <= TOLERANCE_PX
        if not inside or _apart(_corners(said), drawn) > TOLERANCE_PX:
            return clipped, CORNERS
    if said is not None and _apart(_corners(said), drawn) <= TOLERANCE_PX:
        return list(box), None
    if box is None or min(box[2:]) < 1:
        return clipped, NO_BOX
    if said is None:
        return clipped, BEYOND
    x0, y0, x1, y1 = _corners(said)
    if x0 > drawn[2] or y0 > drawn[3] or x1 < drawn[0] or y1 < drawn[1]:
        return None, APART
    beyond = max(x0 - drawn[0], y0 - drawn[1], drawn[2] - x1, drawn[3] - y1)
    return (clipped, BEYOND) if beyond > TOLERANCE_PX else (list(box), LARGER)


def polygon_area(xy: list[float]) -> float:
    """Area of one polygon ``[x, y, x, y, ...]`` by the shoelace formula."""
    xs, ys = xy[::2], xy[1::2]
    before = xs[-1:] + xs[:-1], ys[-1:] + ys[:-1]
    return abs(sum(map(mul, before[0], ys)) - sum(map(mul, xs, before[1]))) / 2


def is_number(value: Any) -> bool:
    """Whether a value from a JSON file is a finite number; true and false are none."""
    return type(value) in (int, float) and math.isfinite(value)


def clip_box(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of a box that lies on an image of that size; None when nothing of it does."""
    x, y, wide, high = box
    if min(x, y) >= 0 and x + wide <= width and y + high <= height and min(wide, high) > 0:
        return box  # as it is: corners and back would change its last digits
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + wide, width), min(y + high, height)
    return [x0, y0, x1 - x0, y1 - y0] if x0 < x1 and y0 < y1 else None


def _corners(box: Sequence[float]) -> tuple[float, float, float, float]:
    return box[0], box[1], box[0] + box[2], box[1] + box[3]


def _apart(first: Sequence[float], second: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def has_outline(value: Any) -> bool:
    """Whether a COCO ``segmentation`` is there; exporters write ``[]`` and ``[[]]`` for a box."""
    return isinstance(value, dict) or (isinstance(value, (list, tuple)) and any(value))


def polygons_of_numbers(outline: Any) -> Any:
    """A COCO ``segmentation`` whose polygons are numbers, where some of them are text."""
    if not isinstance(outline, list):
        return outline
    return [part if is_polygon(part) else _of_numbers(part) for part in outline]


def _of_numbers(part: Any) -> Any:
    try:
        return numbers(part)
    except UserError:
        return part  # it is no polygon, and left out as such


def is_polygon(part: Any) -> bool:
    """Whether a value from a JSON file is the x, y, x, y, ... of three points or more."""
    # There may be a hundred million of these numbers: none is looked at in Python.
    if not isinstance(part, (list, tuple)) or len(part) < 6 or len(part) % 2:
        return False
    try:
        return {*map(type, part)} <= {int, float} and math.isfinite(sum(part))
    except OverflowError:  # of hundreds of digits
        return False


def _measure_rle(outline: dict, height: int, width: int) -> Measured | None:
    counts = outline.get('counts')
    if outline.get('size') != [height, width] or not runs_fit(counts, [height, width]):
        return None
    whole = rle.frPyObjects(outline, height, width) if isinstance(counts, list) else outline
    area = float(rle.area(whole))
    return Measured(outline, rle.toBbox(whole).tolist(), area) if area else None
