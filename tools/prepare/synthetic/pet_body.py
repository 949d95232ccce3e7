"""The body of a pet: rounded parts in a pose, in units of which a pet is about 1.5 high.

x points to the right, y down, z to the viewer. The head looks at the viewer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .pet_breeds import Breed

HEAD_KINDS = ('head', 'ear', 'inner_ear', 'muzzle', 'nose', 'eye', 'pupil')
KINDS = (*HEAD_KINDS, 'body', 'chest', 'haunch', 'leg', 'paw', 'tail')


@dataclass(frozen=True)
class Part:
    """An ellipsoid, or with ``taper`` a drop that gets narrower along its axis.

    Attributes:
        kind: one of :data:`KINDS`; decides on the colour.
        x, y, z: the centre.
        along, across, depth: half axes; ``along`` points to ``angle`` in the image, in radians.
        taper: 0 for an ellipsoid; with 1 the far end is a point.
    """

    kind: str
    x: float
    y: float
    z: float
    along: float
    across: float
    depth: float
    angle: float = 0.0
    taper: float = 0.0

    def placed(self, scale: float, mirrored: bool, x: float, y: float) -> Part:
        """The part in pixels, with the origin of its units at (x, y)."""
        side = -1 if mirrored else 1
        return replace(
            self,
            x=x + side * scale * self.x,
            y=y + scale * self.y,
            z=scale * self.z,
            along=scale * self.along,
            across=scale * self.across,
            depth=scale * self.depth,
            angle=np.pi - self.angle if mirrored else self.angle,
        )


def sample_pet(rng: np.random.Generator, breed: Breed) -> list[Part]:
    """A pet in a random pose; its paws are at about y = 1, its head is in front of all else."""
    build = 1.0 if breed.species == 'cat' else rng.uniform(1.1, 1.3)  # dogs are sturdier
    body, head = POSES[rng.integers(len(POSES))](rng, build)
    return body + _head(rng, breed, *head)


def _limb(kind: str, start: tuple, end: tuple, thick: float, z: float) -> Part:
    (x0, y0), (x1, y1) = start, end
    half = np.hypot(x1 - x0, y1 - y0) / 2 + thick
    angle = float(np.arctan2(y1 - y0, x1 - x0))
    return Part(kind, (x0 + x1) / 2, (y0 + y1) / 2, z, half, thick, thick, angle)


def _tail(rng, points: list[tuple[float, float]], thick: float, z: float) -> list[Part]:
    """A chain of balls along a quadratic Bezier curve."""
    points = np.asarray(points) + rng.normal(0, 0.06, (3, 2))
    t = np.linspace(0, 1, 20)[:, None]
    curve = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * points[1] + t**2 * points[2]
    radii = np.linspace(thick, 0.6 * thick, len(curve))
    return [
        Part('tail', float(x), float(y), z, 1.3 * r, r, r)
        for (x, y), r in zip(curve, radii, strict=True)
    ]


def _sitting(rng: np.random.Generator, build: float) -> tuple[list[Part], tuple]:
    """Seen from the front."""
    thick = 0.075 * build
    tail = [(0.25, 0.95), (0.75, 1.05), (0.6, rng.uniform(0.3, 0.95))]
    parts = _tail(rng, tail, 0.06 * build, -0.3)
    parts += [Part('body', 0, 0.5, 0, 0.52, 0.3 * build, 0.3, np.pi / 2, 0.0)]
    parts += [Part('chest', 0, 0.32, 0.14, 0.3, 0.16 * build, 0.2, np.pi / 2)]
    for side in (-1, 1):
        parts += [Part('haunch', side * 0.29 * build, 0.8, 0.02, 0.2, 0.17, 0.2, np.pi / 2)]
        foot = side * rng.uniform(0.13, 0.18) * build
        parts += [_limb('leg', (0.12 * side * build, 0.4), (foot, 0.95), thick, 0.25)]
        parts += [Part('paw', foot, 1.0, 0.3, 0.1 * build, 0.06, 0.1)]
        parts += [Part('paw', side * 0.36 * build, 0.99, 0.15, 0.12 * build, 0.055, 0.1)]
    return parts, (rng.uniform(-0.08, 0.08), -0.12, 0.32)


def _standing(rng: np.random.Generator, build: float) -> tuple[list[Part], tuple]:
    """Seen from the side, the head on the right."""
    thick = 0.075 * build
    tail = [(-0.6, 0.2), (-0.95, 0.1), (-0.85, rng.uniform(-0.5, 0.4))]
    parts = _tail(rng, tail, 0.055 * build, 0.0)
    parts += [Part('body', 0, 0.28, 0, 0.62, 0.23 * build, 0.25)]
    parts += [Part('haunch', -0.42, 0.32, 0.04, 0.2, 0.2 * build, 0.24)]
    parts += [Part('chest', 0.47, 0.3, 0.04, 0.2, 0.18 * build, 0.24)]
    parts += [_limb('body', (0.4, 0.2), (0.62, -0.1), 0.17 * build, 0.0)]  # the neck
    for top, z in ((-0.5, -0.15), (0.36, -0.15), (-0.4, 0.12), (0.46, 0.12)):
        foot = top + rng.normal(0, 0.07)
        parts += [_limb('leg', (top, 0.4), (foot, 0.92), thick, z)]
        parts += [Part('paw', foot + 0.04, 0.98, z + 0.02, 0.1 * build, 0.055, 0.09)]
    return parts, (0.68, -0.2 + rng.normal(0, 0.05), 0.28)


def _lying(rng: np.random.Generator, build: float) -> tuple[list[Part], tuple]:
    """On the ground, the forepaws stretched out, the head on the right."""
    tail = [(-0.65, 0.85), (-1.0, 1.0), (rng.uniform(-0.9, -0.4), 1.0)]
    parts = _tail(rng, tail, 0.055 * build, 0.1)
    parts += [Part('body', 0, 0.72, 0, 0.68, 0.25 * build, 0.3)]
    parts += [Part('haunch', -0.42, 0.74, 0.12, 0.25, 0.22 * build, 0.2)]
    parts += [Part('chest', 0.5, 0.68, 0.05, 0.22, 0.2 * build, 0.24)]
    for y, z in ((0.9, 0.05), (0.96, 0.2)):
        reach = rng.uniform(0.8, 0.95)
        parts += [_limb('leg', (0.4, y), (reach - 0.1, y), 0.065 * build, z)]
        parts += [Part('paw', reach, y, z + 0.02, 0.1, 0.065 * build, 0.08)]
    parts += [Part('paw', -0.25, 0.97, 0.3, 0.13, 0.055 * build, 0.08)]
    return parts, (0.58, 0.28 + rng.normal(0, 0.05), 0.35)


POSES: tuple[Callable, ...] = (_sitting, _standing, _lying)


def _head(rng: np.random.Generator, breed: Breed, x: float, y: float, z: float) -> list[Part]:
    """Skull, ears, muzzle, nose and eyes around (x, y, z)."""
    cat = breed.species == 'cat'
    size = rng.uniform(0.26, 0.31) * (1.0 if cat else 1.1)
    turn, nod = rng.uniform(-0.2, 0.2), rng.uniform(-0.06, 0.1)
    wide, high = (1.0, 0.88) if cat else (0.86, 0.98)

    def part(kind, px, py, pz, along, across, depth, angle=0.0, taper=0.0):
        numbers = (size * along, size * across, size * depth, angle, taper)
        return Part(kind, x + size * px, y + size * py, z + size * pz, *numbers)

    parts = [part('head', 0, 0, 0, wide, high, 0.9)]
    for side in (-1, 1):
        parts += [part(*ear) for ear in EARS[breed.ears](side, wide, turn)]
        look = side * 0.36 * wide + turn
        parts += [part('eye', look, -0.1 + nod, 0.8, 0.17, 0.13 if cat else 0.15, 0.12)]
        parts += [part('pupil', look, -0.1 + nod, 0.9, 0.11, 0.045 if cat else 0.1, 0.05, 1.57)]
    snout, low = 0.27 + 0.19 * breed.muzzle, 0.32 + 0.1 * (breed.muzzle - 1)
    parts += [part('muzzle', 1.2 * turn, low + nod, 0.45, 0.42, snout, 0.45 * breed.muzzle)]
    nose = (0.09, 0.07) if cat else (0.18, 0.14)
    tip = 0.82 if cat else 0.45 + 0.42 * breed.muzzle
    parts += [part('nose', 1.4 * turn, low + nod - 0.5 * snout, tip, *nose, 0.1)]
    return parts


def _pointed(side: int, wide: float, turn: float) -> list[tuple]:
    """A triangle that stands up, paler inside."""
    angle = -np.pi / 2 + side * 0.35
    x, y = side * 0.62 * wide + 0.3 * turn, -0.85
    outer = ('ear', x, y, -0.1, 0.62, 0.42, 0.25, angle, 0.95)
    return [outer, ('inner_ear', x, y + 0.06, 0.02, 0.45, 0.24, 0.2, angle, 0.95)]


def _hanging(side: int, wide: float, turn: float) -> list[tuple]:
    """A flap at the side, wider below."""
    angle = np.pi / 2 + side * 0.12
    return [('ear', side * 1.0 * wide + 0.3 * turn, 0.22, 0.1, 0.72, 0.3, 0.25, angle, -0.35)]


def _folded(side: int, wide: float, turn: float) -> list[tuple]:
    """A small flap that tips over at the top of the head."""
    angle = np.pi / 2 - side * 0.55
    return [('ear', side * 0.78 * wide + 0.3 * turn, -0.52, 0.3, 0.38, 0.27, 0.25, angle, 0.5)]


EARS: dict[str, Callable] = {'pointed': _pointed, 'hanging': _hanging, 'folded': _folded}
