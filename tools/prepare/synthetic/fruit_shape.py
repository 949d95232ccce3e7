"""The geometry of one fruit, from which its labels and its picture both follow.

Coordinates are continuous pixels as in COCO: pixel (column i, row j) covers [i, i+1) x [j, j+1).
A point near a fruit also has body coordinates: ``s``, the arc length along the centre line from the
head, and ``t``, the signed distance from that line, both in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

MM_PER_PX = 1.25
"""The camera hangs at a fixed height, so a length in the image tells the length of the fruit."""

GRADES = (1, 2, 3, 4, 5)
NECK_FACTORS = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.4, 5: 0.2}
"""Width of the head half, relative to the widest part."""
BEND_STEP_DEG = 25.0
BEND_JITTER_DEG = 4.0
LENGTH_MM = (110.0, 240.0)
WIDTH_PX = (24.0, 36.0)

_STEPS = 400  # of the centre line: under half a pixel each


def smoothstep(x: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Rise from 0 to 1 between ``start`` and ``stop`` with level ends."""
    x = np.clip((x - start) / (stop - start), 0, 1)
    return x * x * (3 - 2 * x)


@dataclass(frozen=True)
class FruitShape:
    """A fruit as a body of revolution about a bent centre line.

    Attributes:
        neck, rating: grades 1 to 5, of the head half's width and of the bend.
        length_mm: arc length of the centre line; the stem does not count.
        width_px: width of the widest part.
        bend_deg: signed angle from the tangent at the head to the tangent at the tail.
        heading: direction in radians in which the centre line leaves the head.
        head: (x, y) of the head end.
        wobble, wobble_phase: how far (radians) and where the line swings off a circular arc; the
            swing cancels over the length and so leaves the bend as it is.
        stem_px: length of the stub that sticks out of the head end.
    """

    neck: int
    rating: int
    length_mm: float
    width_px: float
    bend_deg: float
    heading: float
    head: tuple[float, float] = (0.0, 0.0)
    wobble: float = 0.0
    wobble_phase: float = 0.0
    stem_px: float = 8.0

    @classmethod
    def sample(cls, rng: np.random.Generator) -> FruitShape:
        """Draw a fruit; grades, length and width are independent of each other."""
        neck, rating = (int(grade) for grade in rng.choice(GRADES, 2))
        bend = (rating - 1) * BEND_STEP_DEG + rng.uniform(-BEND_JITTER_DEG, BEND_JITTER_DEG)
        return cls(
            neck=neck,
            rating=rating,
            length_mm=round(float(rng.uniform(*LENGTH_MM)), 1),
            width_px=float(rng.uniform(*WIDTH_PX)),
            bend_deg=float(bend * rng.choice((-1, 1))),
            heading=float(rng.uniform(-np.pi, np.pi)),
            wobble=float(rng.uniform(0, 0.05)),
            wobble_phase=float(rng.uniform(0, 2 * np.pi)),
            stem_px=float(rng.uniform(6, 11)),
        )

    def moved(self, dx: float, dy: float) -> FruitShape:
        return replace(self, head=(self.head[0] + dx, self.head[1] + dy))

    def turned(self, heading: float) -> FruitShape:
        return replace(self, heading=heading)

    @property
    def length_px(self) -> float:
        return self.length_mm / MM_PER_PX

    @property
    def neck_width_px(self) -> float:
        return NECK_FACTORS[self.neck] * self.width_px

    @property
    def stem_width_px(self) -> float:
        """Thinner than the neck where the neck is thin."""
        return max(min(0.24 * self.width_px, 0.8 * self.neck_width_px), 3.0)

    @cached_property
    def centre_line(self) -> np.ndarray:
        """(401, 2) points from head to tail, evenly spaced by arc length."""
        step = self.length_px / _STEPS
        angle = self.tangent_angle((np.arange(_STEPS) + 0.5) * step)
        steps = step * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)]) + self.head

    @property
    def tail(self) -> tuple[float, float]:
        x, y = self.centre_line[-1]
        return float(x), float(y)

    def tangent_angle(self, s: np.ndarray) -> np.ndarray:
        """Direction of the centre line at arc length ``s``, in radians."""
        u = s / self.length_px
        swing = np.sin(2 * np.pi * u + self.wobble_phase) - np.sin(self.wobble_phase)
        return self.heading + np.deg2rad(self.bend_deg) * u + self.wobble * swing

    def curvature(self, s: np.ndarray) -> np.ndarray:
        """Derivative of :meth:`tangent_angle` by ``s``, in radians per pixel."""
        swing = 2 * np.pi * np.cos(2 * np.pi * s / self.length_px + self.wobble_phase)
        return (np.deg2rad(self.bend_deg) + self.wobble * swing) / self.length_px

    def half_width(self, s: np.ndarray) -> np.ndarray:
        """Radius of the body at arc length ``s`` in pixels; 0 at and beyond both ends."""
        s = np.asarray(s, dtype=np.float64)
        u = s / self.length_px
        factor = NECK_FACTORS[self.neck]
        radius = self.width_px / 2 * (factor + (1 - factor) * smoothstep(u, 0.36, 0.64))
        radius *= 1 - 0.12 * smoothstep(u, 0.72, 1.0)
        head_cap = _round_cap(s, self.neck_width_px / 2)
        tail_cap = _round_cap(self.length_px - s, 0.6 * self.width_px)
        return radius * head_cap * tail_cap

    def body_coordinates(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """``points`` (N, 2) to their ``s`` and ``t``, each (N,).

        The line goes on straight beyond its ends. Exact up to about two widths from the line;
        further away the nearest point of a bent line is no longer unique.
        """
        grid = np.linspace(0, self.length_px, _STEPS + 1)
        coarse = self.centre_line[:: _STEPS // 20]
        inner = points[:, :1] * coarse[:, 0] + points[:, 1:] * coarse[:, 1]
        distance = (coarse**2).sum(1) - 2 * inner  # squared, up to |point|^2
        s = grid[:: _STEPS // 20][distance.argmin(1)]
        for _ in range(3):  # Newton: move s until the offset is at a right angle to the tangent
            along, t, on_line = self._offsets(points, s, grid)
            s = s + along / np.maximum(1 - self.curvature(on_line) * t, 0.3)
        return s, self._offsets(points, s, grid)[1]

    def _offsets(self, points, s, grid):
        """Offset of ``points`` from the line at ``s``: along it, across it; and ``s`` clipped."""
        on_line = np.clip(s, 0, self.length_px)
        angle = self.tangent_angle(on_line)
        cos, sin = np.cos(angle), np.sin(angle)
        dx = points[:, 0] - np.interp(on_line, grid, self.centre_line[:, 0])
        dy = points[:, 1] - np.interp(on_line, grid, self.centre_line[:, 1])
        return dx * cos + dy * sin - (s - on_line), dy * cos - dx * sin, on_line


def _round_cap(depth: np.ndarray, size: float) -> np.ndarray:
    """Relative radius of an elliptic end at ``depth`` below its tip; 1 from ``size`` on."""
    return np.sqrt(1 - (1 - np.clip(depth / size, 0, 1)) ** 2)
