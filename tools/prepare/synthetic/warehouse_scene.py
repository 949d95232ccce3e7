"""A picture of a warehouse as a mobile robot sees it, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .warehouse_camera import WarehouseCamera
from .warehouse_layout import sample_layout
from .warehouse_picture import paint
from .warehouse_raster import WarehouseRaster, rasterize
from .warehouse_shapes import LABELS, Thing

GENERATOR_VERSION = 1
"""Goes up with any change that makes other images or labels from the same seed."""

CLASSES = ('person', 'forklift')
LEAST_VISIBLE = 0.2
LEAST_SIDE_PX = 3


@dataclass(frozen=True)
class SeenObject:
    """A person or a forklift of which enough is seen.

    Attributes:
        label: one of :data:`CLASSES`.
        box: left, top, width, height of what is seen of it, in whole pixels.
        visible: share of its pixels on the image that nothing hides.
    """

    label: str
    box: tuple[int, int, int, int]
    visible: float


@dataclass(frozen=True)
class WarehouseScene:
    """A photograph and its labels.

    Attributes:
        photograph: (h, w, 3) uint8 RGB.
        semantic: (h, w) uint8, index in ``LABELS``.
        objects: persons and forklifts, from the left to the right. Left out is what is hidden by
            more than 1 - ``LEAST_VISIBLE``, or has a box of less than ``LEAST_SIDE_PX``.
    """

    photograph: np.ndarray
    semantic: np.ndarray
    objects: list[SeenObject]


def render(seed: int, split: int, index: int, size: tuple[int, int] = (640, 480)) -> WarehouseScene:
    """Image number ``index`` of a split, whatever else is rendered beside it.

    Args:
        size: width and height in pixels.
    """
    rng = np.random.default_rng([seed, split, index])
    hall, start, things = sample_layout(rng)
    camera = WarehouseCamera.sample(rng, *size, x=start)
    raster = rasterize(things, camera)
    picture = paint(rng, raster, things, hall, camera)
    values = np.array([LABELS.index(thing.label) for thing in things], np.uint8)
    return WarehouseScene(picture, values[raster.thing_map()], seen_objects(raster, things))


def seen_objects(raster: WarehouseRaster, things: list[Thing]) -> list[SeenObject]:
    """The persons and forklifts of which enough is seen."""
    front, objects = raster.thing_map(), []
    for number, outline in raster.outlines.items():
        seen = front == number
        if not seen.any():
            continue
        columns, rows = np.flatnonzero(seen.any(0)), np.flatnonzero(seen.any(1))
        x, y = int(columns[0]), int(rows[0])
        box = x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y
        visible = float(seen.sum() / outline.sum())
        if visible >= LEAST_VISIBLE and min(box[2:]) >= LEAST_SIDE_PX:
            objects.append(SeenObject(things[number].label, box, visible))
    return sorted(objects, key=lambda seen: (seen.box, seen.label))
