"""Racks along an aisle: uprights, beams, and what is stored on them."""

from __future__ import annotations

import numpy as np

from .warehouse_goods import BINS, pallet_load
from .warehouse_shapes import Box, Finish, Thing

FRAMES = [(36, 72, 140), (44, 96, 66), (104, 110, 116), (60, 66, 76)]
BEAMS = [(236, 110, 24), (240, 170, 24), (150, 154, 158), (52, 92, 160)]
SHELF = Finish((150, 150, 146), gloss=0.2)
DEPTH_M = 1.1
BAY_M = 2.7


def rack(rng: np.random.Generator, front: float, side: int, z: tuple, high: float) -> Thing:
    """A rack whose front is at x = ``front``; it reaches to ``side`` (-1 left, 1 right).

    Args:
        z: Where it begins and ends.
        high: How high it may be, in metres.
    """
    paint = Finish(FRAMES[rng.integers(len(FRAMES))], gloss=0.2)
    beam = Finish(BEAMS[rng.integers(len(BEAMS))], gloss=0.2)
    bays = max(int((z[1] - z[0]) / BAY_M), 1)
    middle = front + side * DEPTH_M / 2
    small = rng.random() < 0.25  # for bins instead of pallets
    pitch = rng.uniform(0.42, 0.6) if small else rng.uniform(1.35, 1.8)
    levels = int(min(high, rng.uniform(2.0, 2.8) if small else rng.uniform(3.5, 7)) / pitch)
    boxes = []
    for bay in range(bays + 1):
        for x in (front + side * 0.05, front + side * (DEPTH_M - 0.05)):
            size = (0.1, levels * pitch + 0.3, 0.09)
            boxes += [Box((x, size[1] / 2, z[0] + bay * BAY_M), size, paint)]
    for level in range(levels):
        y = 0.08 + level * pitch if small else level * pitch
        for bay in range(bays):
            centre = z[0] + (bay + 0.5) * BAY_M
            boxes += _level(rng, (front, middle, centre), y, pitch, beam, small)
    return Thing('shelf', boxes)


def _level(rng, where: tuple, y: float, pitch: float, beam: Finish, small: bool) -> list[Box]:
    """One level of one bay; ``where`` is the front, the middle and the middle along the aisle."""
    front, middle, z = where
    boxes = []
    if small or y > 0:
        inward = 0.03 if middle > front else -0.03
        boxes += [Box((front + inward, y - 0.05, z), (0.05, 0.1, BAY_M - 0.1), beam)]
        boxes += [Box((middle, y - 0.02, z), (DEPTH_M, 0.03, BAY_M - 0.1), SHELF)]
    number = int(rng.integers(4, 8)) if small else int(rng.integers(2, 4))
    step = (BAY_M - 0.15) / number
    for place in range(number):
        if rng.random() < 0.15:
            continue
        at = z + (place - (number - 1) / 2) * step
        if small:
            size = (DEPTH_M - 0.1, pitch * rng.uniform(0.35, 0.75), step * 0.85)
            finish = Finish(BINS[rng.integers(len(BINS))], gloss=0.1)
            boxes += [Box((middle, y + size[1] / 2, at), size, finish)]
        else:
            size = (DEPTH_M - 0.05, (pitch - 0.25) * rng.uniform(0.45, 1), step * 0.9)
            boxes += pallet_load(rng, (middle, y, at), size)
    return boxes
