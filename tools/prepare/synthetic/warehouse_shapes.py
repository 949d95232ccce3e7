"""What a warehouse is built of: boxes, sheets and rounded bodies, each with a finish.

Lengths are metres. x points to the right, y up, z ahead; the floor is y = 0. A thing has such axes
of its own, with its origin on the floor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

LABELS = ('background', 'floor', 'shelf', 'rail', 'person', 'forklift')
"""The semantic classes; the index is the value in the map."""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Finish:
    """How a surface looks.

    Attributes:
        colour: 8-bit sRGB.
        cell: width and height of the tiles, ribs or cartons it is divided into; 0 is undivided.
        seam: half width of the dark line between two cells.
        tint: by how much the brightness of the cells differs, as a standard deviation.
        grime: contrast of stains and grain.
        gloss: strength of the lamps' reflection.
        glow: light that it gives itself.
    """

    colour: Colour
    cell: tuple[float, float] = (0.0, 0.0)
    seam: float = 0.008
    tint: float = 0.0
    grime: float = 0.08
    gloss: float = 0.0
    glow: float = 0.0


@dataclass(frozen=True)
class Box:
    """A block along the axes of its thing; ``centre`` and ``size`` are (3,)."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    finish: Finish


@dataclass(frozen=True)
class Sheet:
    """A flat four-sided piece, seen from the side from which its corners run counter-clockwise.

    Attributes:
        corners: (4, 3); cells are counted from the first one, to the second and to the fourth.
    """

    corners: np.ndarray
    finish: Finish


@dataclass(frozen=True)
class Round:
    """An ellipsoid, or with ``taper`` a piece of an elliptic cone without its ends.

    Attributes:
        centre: (3,).
        axes: (3, 3), the half axes as rows; a cone runs along the last one.
        taper: None for an ellipsoid; 0 for a cylinder; else the cone is 1 - taper wide at the end
            where the last axis points, and 1 + taper at the other.
    """

    centre: np.ndarray
    axes: np.ndarray
    finish: Finish
    taper: float | None = None


@dataclass(frozen=True)
class Thing:
    """Parts that belong together, and where they stand.

    Attributes:
        label: one of :data:`LABELS`.
        x, z: place of its origin on the floor.
        heading: the direction of its z axis: 0 is along z, a quarter turn along x.
        shadow: whether it throws one.
    """

    label: str
    boxes: list[Box] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    x: float = 0.0
    z: float = 0.0
    heading: float = 0.0
    shadow: bool = False

    def to_world(self, vectors: np.ndarray, points: bool = True) -> np.ndarray:
        """Points or directions (..., 3) of the thing in the axes of the warehouse."""
        cos, sin = np.cos(self.heading), np.sin(self.heading)
        turned = np.array(vectors, np.float64)
        x, z = turned[..., 0].copy(), turned[..., 2].copy()
        turned[..., 0], turned[..., 2] = x * cos + z * sin, z * cos - x * sin
        return turned + np.array([self.x, 0.0, self.z]) if points else turned


def ball(centre: tuple, half_axes: tuple, finish: Finish) -> Round:
    """An ellipsoid along the axes of its thing."""
    return Round(np.array(centre, float), np.diag(half_axes).astype(float), finish)


def limb(start: tuple, end: tuple, radii: tuple, finish: Finish, wide: float = 1.0) -> Round:
    """A cone from ``start`` to ``end`` with the radius of each; ``wide`` times that along x."""
    start, end = np.array(start, float), np.array(end, float)
    half = (end - start) / 2
    along = half / np.linalg.norm(half)
    side = np.array([1.0, 0, 0]) if abs(along[0]) < 0.9 else np.array([0, 0, 1.0])
    side = side - (side @ along) * along
    side /= np.linalg.norm(side)
    radius = sum(radii) / 2
    axes = np.stack([wide * radius * side, radius * np.cross(along, side), half])
    return Round((start + end) / 2, axes, finish, (radii[0] - radii[1]) / sum(radii))


def wheel(centre: tuple, radius: float, width: float, tyre: Finish, hub: Finish) -> list[Round]:
    """A wheel that turns about the x axis of its thing."""
    x, y, z = centre
    ends = (x - width / 2, y, z), (x + width / 2, y, z)
    sides = [ball(end, (0.015, radius, radius), tyre) for end in ends]
    hubs = [ball(end, (0.03, 0.55 * radius, 0.55 * radius), hub) for end in ends]
    return [limb(*ends, (radius, radius), tyre), *sides, *hubs]
