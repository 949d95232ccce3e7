"""The shapes of the VGG Image Annotator as outlines and boxes in pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from projects.smn.convert.objects import TOLERANCE_PX
from projects.smn.errors import UserError
from projects.smn.reading.outlines import measure
from projects.smn.reading.values import numbers

SHAPES = ('polygon', 'polyline', 'rect', 'circle', 'ellipse', 'point')

SAGITTA_PX = 0.05  # how far the sides of a polygon may lie inside the curve it stands for


def place_of(shape: Mapping[str, Any], rect_is_mask: bool = False) -> dict[str, Any]:
    """Where a region is, as keys of a COCO annotation.

    Args:
        shape: ``shape_attributes`` of the region; anything but a point.
        rect_is_mask: Whether a rectangle is an outline too. It is a box alone else.

    Returns:
        ``segmentation`` (one polygon), ``bbox`` and ``area``, or what of them is known. Nothing if
        the shape lacks a number.
    """
    if shape['name'] == 'rect':
        box = numbers_of(shape, 'x', 'y', 'width', 'height')
        if not box:
            return {}
        x, y, width, height = box
        corners = [x, y, x + width, y, x + width, y + height, x, y + height]
        outline = {'segmentation': [corners]} if rect_is_mask else {}
        return {**outline, 'bbox': box, 'area': width * height}
    polygon = outline_of(shape)
    measured = measure([polygon], 0, 0)
    if measured is None:
        return {'segmentation': [polygon]} if polygon else {}
    return {'segmentation': [polygon], 'bbox': measured.box, 'area': round(measured.area, 2)}


def outline_of(shape: Mapping[str, Any]) -> list[float]:
    """``[x, y, x, y, ...]`` of a polygon, polyline, circle or ellipse; empty if malformed."""
    if shape['name'] in ('polygon', 'polyline'):
        try:
            xs, ys = (numbers(shape.get(f'all_points_{axis}')) for axis in 'xy')
        except UserError:
            return []
        if len(xs) != len(ys):
            return []
        return [value for point in zip(xs, ys, strict=True) for value in point]
    radii = ('r', 'r') if shape['name'] == 'circle' else ('rx', 'ry')
    found = numbers_of({**shape, 'theta': shape.get('theta') or 0}, 'cx', 'cy', *radii, 'theta')
    return ellipse(*found) if found and min(found[2:4]) > 0 else []


def numbers_of(shape: Mapping[str, Any], *keys: str) -> list[float]:
    """The numbers that a shape has under these keys; none if one is missing, or is no number."""
    try:
        return numbers([shape.get(key) for key in keys])
    except UserError:
        return []


def ellipse(cx: float, cy: float, rx: float, ry: float, theta: float = 0) -> list[float]:
    """An ellipse as a polygon with its corners on the curve.

    Args:
        cx: Centre, in pixels.
        cy: Centre, in pixels.
        rx: Radius along x before turning, in pixels.
        ry: Radius along y before turning, in pixels.
        theta: Angle in radians by which VIA turns it, from x towards y: clockwise on the screen.
    """
    radius = min(max(rx, ry, 1), 10_000)  # a larger one is a mistake
    count = math.ceil(math.pi / math.acos(1 - SAGITTA_PX / radius))
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    x, y = rx * np.cos(angles), ry * np.sin(angles)
    cos, sin = math.cos(theta), math.sin(theta)
    corners = np.stack([cx + x * cos - y * sin, cy + x * sin + y * cos], axis=1)
    return corners.round(3).ravel().tolist()


def is_open(shape: Mapping[str, Any]) -> bool:
    """Whether it is a polyline whose ends do not meet."""
    ends = outline_of(shape) if shape['name'] == 'polyline' else []
    if len(ends) < 2:
        return False
    return math.dist(ends[:2], ends[-2:]) > TOLERANCE_PX
