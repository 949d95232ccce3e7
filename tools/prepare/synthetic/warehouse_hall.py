"""The hall itself: floor, walls, ceiling, and what is drawn or let into the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .warehouse_goods import floor_sheet
from .warehouse_shapes import Box, Finish, Sheet, Thing

FLOORS = [(150, 148, 142), (126, 126, 124), (168, 164, 154), (112, 118, 114), (142, 134, 124)]
WALLS = [(196, 198, 196), (168, 176, 182), (206, 198, 182), (140, 146, 150)]
DOORS = [(120, 126, 132), (60, 92, 130), (160, 60, 50), (196, 198, 196), (70, 110, 84)]
LINES = [(240, 196, 32), (232, 230, 224), (244, 206, 60)]
STEEL = Finish((186, 190, 196), grime=0.1, gloss=0.35)
GROOVE = Finish((44, 44, 46), grime=0.1)
BEHIND_M = -2.0  # z at which everything begins


@dataclass(frozen=True)
class Hall:
    """Measures of a hall, in metres.

    Attributes:
        left, right: x of the walls.
        far: z of the wall at the end.
        high: y of the ceiling.
        lamp_rows: x of the rows of lamps.
        lamp_step: from one lamp of a row to the next; the first is at half of it.
    """

    left: float
    right: float
    far: float
    high: float
    lamp_rows: tuple[float, ...]
    lamp_step: float


def hall_things(rng: np.random.Generator, hall: Hall) -> list[Thing]:
    """Floor, walls with doors, ceiling with beams and lamps."""
    floor = Finish(
        FLOORS[rng.integers(len(FLOORS))],
        cell=(rng.uniform(3, 6),) * 2,
        tint=0.03,
        grime=rng.uniform(0.05, 0.13),
        gloss=rng.uniform(0.1, 0.6),
    )
    panel = (float(rng.choice([0.3, 1.0, 2.5])), 0.0)
    wall = Finish(WALLS[rng.integers(len(WALLS))], panel, seam=0.012, tint=0.02, grime=0.04)
    ceiling = Finish((120, 124, 128), cell=(0.0, 1.2), seam=0.03)
    x, z, high = (hall.left, hall.right), (BEHIND_M, hall.far), hall.high
    ground = Thing('floor', sheets=[floor_sheet(x, z, 0.0, floor)])
    walls = [
        _wall((x[0], z[1]), (x[1], z[1]), high, wall),
        _wall((x[0], z[0]), (x[0], z[1]), high, wall),
        _wall((x[1], z[1]), (x[1], z[0]), high, wall),
        floor_sheet((x[1], x[0]), z, high, ceiling),
    ]
    return [ground, Thing('background', _ceiling(hall) + _doors(rng, hall), walls)]


def _wall(start: tuple, end: tuple, high: float, finish: Finish) -> Sheet:
    (x0, z0), (x1, z1) = start, end
    return Sheet(np.array([[x0, 0, z0], [x1, 0, z1], [x1, high, z1], [x0, high, z0]]), finish)


def _ceiling(hall: Hall) -> list[Box]:
    glow, steel = Finish((255, 253, 246), glow=2.5), Finish((96, 100, 104))
    middle, width = (hall.left + hall.right) / 2, hall.right - hall.left
    boxes = [Box((middle, hall.high - 0.3, z), (width, 0.35, 0.2), steel)
             for z in np.arange(1.5, hall.far, 5.0)]  # fmt: skip
    for x in hall.lamp_rows:
        boxes += [Box((x, hall.high - 0.7, z), (0.3, 0.08, 1.5), glow)
                  for z in np.arange(hall.lamp_step / 2, hall.far, hall.lamp_step)]  # fmt: skip
    return boxes


def _doors(rng: np.random.Generator, hall: Hall) -> list[Box]:
    """Rolling doors, signs and a window band on the wall at the end."""
    boxes = []
    for _ in range(int(rng.integers(0, 3))):
        x, width = rng.uniform(hall.left + 2, hall.right - 2), rng.uniform(1.0, 3.5)
        ribs = Finish(DOORS[rng.integers(len(DOORS))], cell=(0.0, 0.18), seam=0.01, grime=0.1)
        boxes += [Box((x, 1.4, hall.far), (width, 2.8, 0.12), ribs)]
    if rng.random() < 0.4:
        day = Finish((226, 238, 250), cell=(1.4, 0.0), seam=0.04, glow=0.9)
        boxes += [Box(((hall.left + hall.right) / 2, hall.high - 1.6, hall.far),
                      (0.8 * (hall.right - hall.left), 0.8, 0.1), day)]  # fmt: skip
    return boxes


def markings(rng: np.random.Generator, left: float, right: float, far: float) -> Thing:
    """Painted lines along the aisle, and sometimes a crossing."""
    paint = Finish(LINES[rng.integers(len(LINES))], grime=0.3)
    sheets = []
    if rng.random() < 0.7:
        for x in (left + 0.15, right - 0.25):
            sheets += [floor_sheet((x, x + 0.1), (BEHIND_M, far), 0.002, paint)]
    if rng.random() < 0.35:
        start, reach = rng.uniform(2.5, 10), right - left
        stripes = np.arange(left + 0.5, left + reach - 0.6, 0.9)
        sheets += [floor_sheet((x, x + 0.45), (start, start + 2), 0.002, paint) for x in stripes]
    return Thing('floor', sheets=sheets)


def rails(rng: np.random.Generator, left: float, right: float, far: float) -> Thing:
    """Two rails let into the floor, straight or in a curve; each is steel in a dark groove."""
    gauge = rng.uniform(0.6, min(1.4, (right - left) / 2))
    steel = rng.uniform(0.07, 0.1)
    if rng.random() < 0.25:  # across the aisle
        place = {'x': left - 1, 'z': rng.uniform(3, 9), 'heading': np.pi / 2 + rng.normal(0, 0.1)}
        length, bend = right - left + 2, 0.0
    else:
        side = gauge / 2 + 0.4
        x = rng.uniform(left + side, right - side)
        place = {'x': x, 'z': BEHIND_M, 'heading': rng.normal(0, 0.02)}
        length, bend = far - BEHIND_M, rng.normal(0, 0.012) * (rng.random() < 0.5)
    along = np.linspace(0, length, 16 if bend else 2)
    sheets = []
    for offset in (-gauge / 2, gauge / 2):
        line = offset + bend * along**2 / 2
        for width, height, finish in ((2 * steel, 0.003, GROOVE), (steel, 0.006, STEEL)):
            ends = zip(along[:-1], along[1:], line[:-1], line[1:], strict=True)
            sheets += [_strip(*end, width / 2, height, finish) for end in ends]
    return Thing('rail', sheets=sheets, **place)


def _strip(z0, z1, x0, x1, half: float, height: float, finish: Finish) -> Sheet:
    corners = [[x0 - half, height, z0], [x0 + half, height, z0],
               [x1 + half, height, z1], [x1 - half, height, z1]]  # fmt: skip
    return Sheet(np.array(corners), finish)
