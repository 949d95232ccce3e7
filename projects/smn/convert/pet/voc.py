"""Boxes of Pascal VOC files: one XML per image."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from projects.smn.convert.sources import finite_number

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


def _box(found: ElementTree.Element) -> list[float]:
    texts = [found.findtext(f'bndbox/{corner}', '') for corner in CORNERS]
    try:
        x0, y0, x1, y1 = map(finite_number, texts)
    except ValueError:
        raise ValueError(f'has a box without four numbers: {texts}') from None
    return [x0 - 1, y0 - 1, x1 - x0 + 1, y1 - y0 + 1]
