"""What stands where in a warehouse: an aisle between racks or walls, and who is in it."""

from __future__ import annotations

import numpy as np

from .warehouse_forklift import forklift
from .warehouse_goods import obstacle
from .warehouse_hall import Hall, hall_things, markings, rails
from .warehouse_person import person
from .warehouse_racks import DEPTH_M, rack
from .warehouse_shapes import Thing

PERSONS = (0.08, 0.22, 0.3, 0.24, 0.16)  # shares of scenes with 0, 1, 2, ... of them
FORKLIFTS = (0.2, 0.5, 0.3)
OBSTACLES = (0.4, 0.3, 0.2, 0.1)
RAILS = 0.75
# Nearest and farthest place, and half the room that each takes, in metres.
REACH = {'person': (3.0, 17.0, 0.35), 'forklift': (4.5, 18.0, 1.4), 'obstacle': (3.0, 15.0, 0.7)}
_TRIES = 25


def sample_layout(rng: np.random.Generator) -> tuple[Hall, float, list[Thing]]:
    """A hall, the camera's x in the aisle, and all things in the hall."""
    wide, far, high = rng.uniform(3.6, 8), rng.uniform(19, 30), rng.uniform(5, 8)
    left, right = -wide / 2, wide / 2
    sides = [rng.random() < 0.75, rng.random() < 0.75]  # a rack there, or nothing up to the wall
    spare = [DEPTH_M + rng.uniform(0.05, 0.3) if side else rng.uniform(0.3, 3) for side in sides]
    rows = tuple(np.linspace(left, right, int(rng.integers(1, 4)) + 2)[1:-1].tolist())
    hall = Hall(left - spare[0], right + spare[1], far, high, rows, rng.uniform(3, 6))
    things = [*hall_things(rng, hall), markings(rng, left, right, far)]
    for side, is_rack, x in zip((-1, 1), sides, (left, right), strict=True):
        if is_rack:
            things += [rack(rng, x, side, part, high - 1) for part in _parts(rng, far)]
    if rng.random() < RAILS:
        things.append(rails(rng, left, right, far))
    start = wide * rng.uniform(-0.3, 0.3)
    open_to = left if sides[0] else hall.left, right if sides[1] else hall.right
    return hall, start, things + _crowd(rng, open_to, start, far)


def _parts(rng: np.random.Generator, far: float) -> list[tuple[float, float]]:
    """Where the racks of one side begin and end: one row, or two with a way between them."""
    begin, end = rng.uniform(-1.5, 2.5), far - rng.uniform(1, 4)
    if rng.random() < 0.6:
        return [(begin, end)]
    gap, wide = rng.uniform(5, 11), rng.uniform(2, 3.5)
    return [(begin, gap), (gap + wide, end)]


def _crowd(
    rng: np.random.Generator, sides: tuple[float, float], start: float, far: float
) -> list[Thing]:
    """Forklifts, persons and obstacles that do not stand in each other."""
    things, taken = [], []
    for kind, shares in (('forklift', FORKLIFTS), ('person', PERSONS), ('obstacle', OBSTACLES)):
        for _ in range(int(rng.choice(len(shares), p=shares))):
            place = _free_place(rng, REACH[kind], sides, start, far, taken)
            if place is None:
                continue
            taken.append((*place, REACH[kind][2]))
            if kind == 'forklift':
                turn = rng.choice([0, np.pi]) + rng.normal(0, 0.5)
                things += forklift(rng, *place, turn + (rng.random() < 0.25) * np.pi / 2)
            elif kind == 'person':
                things.append(person(rng, *place, rng.uniform(-np.pi, np.pi)))
            else:
                things.append(obstacle(rng, *place))
    return things


def _free_place(
    rng: np.random.Generator,
    reach: tuple[float, float, float],
    sides: tuple[float, float],
    start: float,
    far: float,
    taken: list[tuple[float, float, float]],
) -> tuple[float, float] | None:
    """x and z in view, within the aisle and clear of what is there; None if none is found."""
    near, most, room = reach
    for _ in range(_TRIES):
        z = float(np.exp(rng.uniform(np.log(near), np.log(min(most, far - 2)))))
        x = start + 0.75 * z * rng.uniform(-1, 1)  # about as wide as the camera sees
        inside = sides[0] + room + 0.1 <= x <= sides[1] - room - 0.1
        apart = all(np.hypot(x - a, z - b) > room + c for a, b, c in taken)
        if inside and apart:
            return float(x), z
    return None
