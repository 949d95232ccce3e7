"""Boxes of Pascal VOC files: one XML per image."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

CORNERS = ('xmin', 'ymin', 'xmax', 'ymax')


def read_boxes(path: Path) -> list[list[float]]:
    """The boxes as x, y, width, height in pixels of the image.

    VOC counts pixels from 1, and its last corner lies within the box.

    Raises:
        ValueError: The file is damaged, or a box lacks one of its numbers.
    """
    try:
        objects = ElementTree.parse(path).findall('object')
    except (ElementTree.ParseError, LookupError) as error:  # LookupError: unknown encoding
        raise ValueError(f'is not XML: {error}') from None
    return [_box(found) for found in objects]


def clip_box(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of a box that lies on an image of that size; None if it is empty."""
    x0, y0 = max(box[0], 0), max(box[1], 0)
    x1, y1 = min(box[0] + box[2], width), min(box[1] + box[3], height)
    return [x0, y0, x1 - x0, y1 - y0] if x0 < x1 and y0 < y1 else None


def _box(found: ElementTree.Element) -> list[float]:
    numbers = [float(found.findtext(f'bndbox/{corner}', 'nan')) for corner in CORNERS]
    if not all(map(math.isfinite, numbers)):
        raise ValueError('has a box without four numbers')
    x0, y0, x1, y1 = (int(n) if n.is_integer() else n for n in numbers)
    return [x0 - 1, y0 - 1, x1 - x0 + 1, y1 - y0 + 1]
