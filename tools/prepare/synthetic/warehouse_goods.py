"""What warehouses are full of: loaded pallets, bins, drums and cones."""

from __future__ import annotations

import numpy as np

from .warehouse_shapes import Box, Finish, Round, Sheet, Thing, ball, limb

CARTONS = [(176, 134, 90), (196, 156, 112), (152, 112, 74), (206, 178, 140), (226, 222, 214)]
WRAPS = [(188, 196, 200), (170, 178, 176), (206, 204, 196), (84, 88, 92)]
CRATES = [(44, 92, 158), (196, 52, 44), (60, 126, 76), (104, 108, 112), (226, 184, 44)]
BINS = [(44, 92, 158), (196, 52, 44), (226, 184, 44), (104, 108, 112), (60, 126, 76),
        (176, 134, 90), (196, 156, 112)]  # fmt: skip
DRUMS = [(32, 78, 150), (180, 40, 36), (56, 60, 62), (214, 216, 214)]
PALLET = Finish((178, 142, 96), cell=(0.14, 0.0), seam=0.02, tint=0.12, grime=0.2)
PALLET_M = 0.14


def pallet_load(
    rng: np.random.Generator, foot: tuple[float, float, float], size: tuple[float, float, float]
) -> list[Box]:
    """A pallet and goods on it; ``foot`` is the middle of its underside."""
    x, y, z = foot
    width, height, length = size
    share = rng.uniform(0.88, 1.0)
    goods = (width * share, height - PALLET_M, length * share)
    centre = (x, y + PALLET_M + goods[1] / 2, z)
    return [Box((x, y + PALLET_M / 2, z), (width, PALLET_M, length), PALLET),
            Box(centre, goods, sample_goods(rng, goods))]  # fmt: skip


def sample_goods(rng: np.random.Generator, size: tuple[float, float, float]) -> Finish:
    """Cartons, crates, or something wrapped; all cells are whole."""
    kind = rng.choice(3, p=[0.6, 0.2, 0.2])
    colours = (CARTONS, CRATES, WRAPS)[kind]
    colour = colours[rng.integers(len(colours))]
    cell = tuple(side / max(round(side / rng.uniform(0.22, 0.5)), 1) for side in size[:2])
    if kind == 0:
        return Finish(colour, cell, seam=0.01, tint=0.13, grime=0.1)
    if kind == 1:
        return Finish(colour, cell, seam=0.016, tint=0.05, grime=0.08, gloss=0.15)
    return Finish(colour, (0.0, cell[1]), seam=0.004, grime=0.2, gloss=0.3)


def obstacle(rng: np.random.Generator, x: float, z: float) -> Thing:
    """A stack of pallets, a loaded pallet, a drum or a cone, on the floor."""
    place = {'x': x, 'z': z, 'heading': float(rng.uniform(-0.4, 0.4)), 'shadow': True}
    kind = rng.choice(4, p=[0.3, 0.3, 0.2, 0.2])
    if kind == 0:
        load = pallet_load(rng, (0, 0, 0), (1.15, rng.uniform(0.4, 1.5), 0.95))
        return Thing('background', load, **place)
    if kind == 1:
        return Thing('background', _pallets(rng), **place)
    return Thing('background', **(_drum(rng) if kind == 2 else _cone()), **place)


def _pallets(rng: np.random.Generator) -> list[Box]:
    """Empty pallets on top of each other, each a little askew."""
    boxes = []
    for level in range(int(rng.integers(2, 9))):
        x, z = rng.normal(0, 0.015, 2)
        low = level * PALLET_M
        deck, skid = (1.15, 0.045, 0.95), (1.12, 0.08, 0.12)
        boxes += [Box((x, low + PALLET_M - 0.0225, z), deck, PALLET)]
        boxes += [Box((x, low + 0.045, z + side), skid, PALLET) for side in (-0.4, 0, 0.4)]
    return boxes


def _drum(rng: np.random.Generator) -> dict[str, list]:
    paint = Finish(DRUMS[rng.integers(len(DRUMS))], gloss=0.3, grime=0.05)
    rounds = [limb((0, 0.0, 0), (0, 0.88, 0), (0.29, 0.29), paint)]
    rounds += [limb((0, y, 0), (0, y + 0.03, 0), (0.3, 0.3), paint) for y in (0.0, 0.3, 0.6, 0.85)]
    return {'rounds': [*rounds, ball((0, 0.88, 0), (0.29, 0.01, 0.29), paint)]}


def _cone() -> dict[str, list]:
    orange, white = Finish((246, 92, 24)), Finish((236, 236, 232))
    rounds: list[Round] = []
    for low, high, finish in ((0, 0.2, orange), (0.2, 0.33, white), (0.33, 0.55, orange)):
        radii = 0.15 - 0.22 * low, 0.15 - 0.22 * high
        rounds += [limb((0, low + 0.03, 0), (0, high + 0.03, 0), radii, finish)]
    return {'boxes': [Box((0, 0.015, 0), (0.38, 0.03, 0.38), orange)], 'rounds': rounds}


def floor_sheet(x: tuple, z: tuple, height: float, finish: Finish) -> Sheet:
    """A level piece from ``x[0]`` to ``x[1]`` and ``z[0]`` to ``z[1]``, seen from above."""
    (x0, x1), (z0, z1) = x, z
    return Sheet(
        np.array([[x0, height, z0], [x1, height, z0], [x1, height, z1], [x0, height, z1]]), finish
    )
