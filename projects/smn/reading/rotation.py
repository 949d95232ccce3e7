"""Rectangles that a program has turned, and wrote down as they were before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .outlines import has_outline, is_number

ROTATION = 'rotation'


def turned_by(annotation: Mapping[str, Any]) -> float:
    """By how many degrees an object's box is turned, clockwise on the screen, about its centre.

    CVAT's COCO has a rectangle that was turned as its box before, without an outline, beside
    ``attributes: {"rotation": 30.0}``. 0 where there is an outline, which is turned already, and
    where the attribute is no number: it is somebody's own then.
    """
    attributes = annotation.get('attributes')
    if has_outline(annotation.get('segmentation')) or not isinstance(attributes, Mapping):
        return 0
    degrees = attributes.get(ROTATION)
    return degrees % 360 if is_number(degrees) else 0  # text is what somebody chose from a list


def enclosing_box(box: Sequence[float], degrees: float) -> list[float]:
    """The box around a turned one; (x, y, width, height) in pixels, as the box itself."""
    x, y, width, height = box
    angle = math.radians(degrees)
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    wide, high = width * cos + height * sin, width * sin + height * cos
    left, top = x + (width - wide) / 2, y + (height - high) / 2
    return [round(value, 3) for value in (left, top, wide, high)]
