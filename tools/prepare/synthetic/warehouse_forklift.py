"""Counterbalance forklifts, with or without a driver, and what they carry."""

from __future__ import annotations

import numpy as np

from .warehouse_goods import pallet_load
from .warehouse_person import driver
from .warehouse_shapes import Box, Finish, Round, Thing, ball, limb, wheel

PAINTS = [(244, 178, 16), (232, 96, 20), (196, 34, 34), (44, 112, 60), (36, 84, 160),
          (214, 216, 214)]  # fmt: skip
TYRE = Finish((30, 30, 32), grime=0.2)
DARK = Finish((42, 44, 48), gloss=0.15)
STEEL = Finish((70, 72, 76), gloss=0.25)
CHROME = Finish((176, 180, 184), gloss=0.5)
SEAT = Finish((24, 24, 26))
BEACON = Finish((255, 140, 20), glow=0.5)
LAMP = Finish((250, 248, 236), glow=0.5)
DRIVEN, LOADED = 0.6, 0.5  # shares of all forklifts


def forklift(rng: np.random.Generator, x: float, z: float, heading: float) -> list[Thing]:
    """A forklift; its driver and its load, where it has them, are things of their own."""
    lift = float(rng.choice([0.08, 0.15, 0.5, 1.1], p=[0.35, 0.35, 0.2, 0.1]))
    paint = Finish(PAINTS[rng.integers(len(PAINTS))], gloss=0.35, grime=0.12)
    tall = rng.uniform(2.05, 2.35)
    boxes = _body(paint) + _cabin(rng, paint) + _mast(tall, lift)
    place = {'x': x, 'z': z, 'heading': heading, 'shadow': True}
    things = [Thing('forklift', boxes, rounds=_rounds(rng, paint), **place)]
    if rng.random() < DRIVEN:
        things += [Thing('person', rounds=driver(rng, (1.13, -0.4)), **place)]
    if rng.random() < LOADED:
        load = pallet_load(rng, (0.0, lift + 0.08, 1.72), (1.05, rng.uniform(0.5, 1.1), 1.0))
        things += [Thing('background', load, **place)]
    return things


def _body(paint: Finish) -> list[Box]:
    stripe = Finish((30, 30, 32) if sum(paint.colour) > 300 else (226, 226, 222))
    return [
        Box((0, 0.52, -0.1), (1.06, 0.5, 1.75), paint),
        Box((0, 0.6, -0.12), (1.08, 0.09, 1.45), stripe),
        Box((0, 0.9, -0.5), (0.9, 0.36, 0.85), paint),
        Box((0, 0.6, -1.08), (1.06, 0.8, 0.3), DARK),
        Box((0, 0.9, 0.62), (0.98, 0.55, 0.22), paint),
        Box((0, 0.3, 0.1), (0.7, 0.2, 1.7), DARK),
        Box((0, 0.86, -1.235), (0.5, 0.16, 0.02), stripe),
    ]


def _cabin(rng: np.random.Generator, paint: Finish) -> list[Box]:
    frame = DARK if rng.random() < 0.7 else paint
    boxes = [
        Box((0.47 * side, (0.75 + 2.12) / 2, z), (0.07, 2.12 - 0.75, 0.07), frame)
        for side in (-1, 1)
        for z in (0.6, -0.82)
    ]
    boxes += [Box((0.47 * side, 2.12, -0.11), (0.08, 0.08, 1.5), frame) for side in (-1, 1)]
    boxes += [Box((0, 2.12, z), (0.94, 0.06, 0.05), frame) for z in np.linspace(-0.82, 0.6, 7)]
    boxes += [
        Box((0, 1.12, -0.42), (0.5, 0.1, 0.5), SEAT),
        Box((0, 1.42, -0.7), (0.5, 0.6, 0.1), SEAT),
    ]
    boxes += [Box((0.4 * side, 2.02, 0.64), (0.12, 0.1, 0.06), LAMP) for side in (-1, 1)]
    return boxes


def _mast(tall: float, lift: float) -> list[Box]:
    top = max(tall, lift + 1.3)
    boxes = []
    for side in (-1, 1):
        boxes += [Box((0.34 * side, tall / 2 + 0.1, 0.95), (0.1, tall - 0.1, 0.14), STEEL)]
        boxes += [Box((0.25 * side, top / 2 + 0.1, 0.97), (0.07, top - 0.1, 0.1), DARK)]
        boxes += [Box((0.27 * side, lift + 0.03, 1.68), (0.12, 0.05, 1.1), STEEL)]
        boxes += [Box((0.27 * side, lift + 0.3, 1.12), (0.12, 0.58, 0.05), STEEL)]
    boxes += [Box((0, y, 0.97), (0.6, 0.1, 0.1), STEEL) for y in (0.35, tall - 0.02)]
    boxes += [Box((0, top, 0.97), (0.56, 0.08, 0.08), DARK)]
    boxes += [Box((0, lift + y, 1.07), (0.95, 0.1, 0.05), DARK) for y in (0.12, 0.55, 1.15)]
    boxes += [
        Box((x, lift + 0.85, 1.07), (0.03, 0.6, 0.03), DARK) for x in np.linspace(-0.45, 0.45, 7)
    ]
    return boxes


def _rounds(rng: np.random.Generator, paint: Finish) -> list[Round]:
    hub = Finish((200, 198, 190)) if rng.random() < 0.5 else paint
    rounds = []
    for side in (-1, 1):
        rounds += wheel((0.46 * side, 0.34, 0.55), 0.34, 0.22, TYRE, hub)
        rounds += wheel((0.45 * side, 0.26, -0.85), 0.26, 0.18, TYRE, hub)
    low, high = (0, 0.22, -1.2), (0, 0.98, -1.2)
    rounds += [limb(low, high, (0.22, 0.2), paint, 2.5), ball(high, (0.5, 0.05, 0.2), paint)]
    rounds += [limb((0, 0.3, 0.99), (0, 1.7, 0.99), (0.035, 0.035), CHROME)]
    rounds += [limb((0, 1.0, 0.5), (0, 1.32, 0.2), (0.025, 0.025), DARK)]
    rounds += [ball((0, 1.33, 0.18), (0.17, 0.06, 0.15), DARK)]
    rounds += [ball((0.3, 2.22, -0.6), (0.06, 0.08, 0.06), BEACON)]
    return rounds
