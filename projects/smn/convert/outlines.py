"""Object outlines, polygons or RLE: what is sound in them, and the box and area that follow."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from pycocotools import mask as rle

from projects.smn.runs import runs_fit
from projects.smn.tasks import encode_mask


class Measured(NamedTuple):
    """The sound part of an outline, its box (x, y, width, height) and its area, in pixels."""

    outline: list[list[float]] | dict
    box: list[float]
    area: float


def measure(outline: Any, height: int, width: int) -> Measured | None:
    """Measure a COCO ``segmentation`` on an image of that size; None when nothing is sound."""
    if isinstance(outline, dict):
        return _measure_rle(outline, height, width)
    sound = [part for part in outline if _is_polygon(part)] if isinstance(outline, list) else []
    if not sound:
        return None
    xs = [x for part in sound for x in part[::2]]
    ys = [y for part in sound for y in part[1::2]]
    box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    return Measured(sound, box, sum(map(polygon_area, sound)))


def place_of_mask(mask: np.ndarray) -> dict[str, Any] | None:
    """Where an object is, (height, width) bool, as keys of a COCO annotation; None if nowhere."""
    outline = encode_mask(mask)
    if (measured := measure(outline, *mask.shape)) is None:
        return None
    return dict(bbox=measured.box, area=measured.area, segmentation=outline, iscrowd=0)


def polygon_area(xy: list[float]) -> float:
    """Area of one polygon ``[x, y, x, y, ...]`` by the shoelace formula."""
    xs, ys = xy[::2], xy[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2


def is_number(value: Any) -> bool:
    """Whether a value from a JSON file is a finite number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def clip_box(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of a box that lies on an image of that size; None when nothing of it does."""
    x, y, wide, high = box
    if min(x, y) >= 0 and x + wide <= width and y + high <= height and min(wide, high) > 0:
        return box  # as it is: corners and back would change its last digits
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + wide, width), min(y + high, height)
    return [x0, y0, x1 - x0, y1 - y0] if x0 < x1 and y0 < y1 else None


def _is_polygon(part: Any) -> bool:
    numbers = isinstance(part, list) and all(map(is_number, part))
    return numbers and len(part) >= 6 and len(part) % 2 == 0 and polygon_area(part) >= 1


def _measure_rle(outline: dict, height: int, width: int) -> Measured | None:
    counts = outline.get('counts')
    if outline.get('size') != [height, width] or not runs_fit(counts, [height, width]):
        return None
    whole = rle.frPyObjects(outline, height, width) if isinstance(counts, list) else outline
    area = float(rle.area(whole))
    return Measured(outline, rle.toBbox(whole).tolist(), area) if area else None
