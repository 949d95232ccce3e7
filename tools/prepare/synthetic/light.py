"""One lamp and the light from all around: what makes bodies look round and casts shadows.

Directions are (x, y, z) with x to the right and y down in the image, z out of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from .fruit_raster import FruitRaster


@dataclass(frozen=True)
class Light:
    """Together lamp and sky put an irradiance of about 1 on a bare table.

    Attributes:
        direction: unit vector towards the lamp, (3,).
        lamp, sky: linear RGB, (3,); the lamp's is on a surface that faces it.
        softness: blur of the shadows' edges in pixels: a large lamp has soft shadows.
    """

    direction: np.ndarray
    lamp: np.ndarray
    sky: np.ndarray
    softness: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Light:
        azimuth = rng.uniform(-np.pi, np.pi)
        slant = np.tan(np.deg2rad(rng.uniform(18, 52)))  # from the vertical
        direction = np.array([slant * np.cos(azimuth), slant * np.sin(azimuth), 1.0])
        direction /= np.linalg.norm(direction)
        share = rng.uniform(0.45, 0.8)  # of the lamp in the light on the table
        warm = np.array([1.0, 0.0, -1.0]) * rng.uniform(-0.06, 0.14)
        cool = np.array([1.0, 0.0, -1.0]) * rng.uniform(-0.12, 0.04)
        return cls(
            direction=direction.astype(np.float32),
            lamp=((1 + warm) * share / direction[2]).astype(np.float32),
            sky=((1 + cool) * (1 - share)).astype(np.float32),
            softness=float(rng.uniform(1.2, 5.0)),
        )

    def shift(self, height: float) -> tuple[int, int]:
        """By how many whole pixels (dx, dy) a point at ``height`` throws its shadow."""
        x, y, z = self.direction
        return round(float(-x / z * height)), round(float(-y / z * height))

    def on_table(self, lamp_blocked: np.ndarray, sky_blocked: np.ndarray) -> np.ndarray:
        """Irradiance (h, w, 3) of a level surface, from the blocked shares (h, w)."""
        lamp = (1 - lamp_blocked)[..., None] * (self.lamp * self.direction[2])
        return lamp + (1 - sky_blocked)[..., None] * self.sky


def slices_of(raster: FruitRaster, count: int = 7) -> Iterator[tuple[float, np.ndarray]]:
    """Level cuts through a fruit that lies on the table: height in pixels, mask (h, w)."""
    for height in np.linspace(0, raster.shape.width_px, count):
        yield float(height), raster.t**2 < raster.radius**2 - (height - raster.radius) ** 2


def shadow_of(
    rasters: Iterable[FruitRaster], light: Light, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of lamp and of sky that fruits block on the table, both (height, width) float32."""
    lamp = np.zeros((height, width), np.float32)
    sky = np.zeros((height, width), np.float32)
    for raster in rasters:
        for level, mask in slices_of(raster):
            stamp(lamp, mask, raster.x + light.shift(level)[0], raster.y + light.shift(level)[1])
        stamp(sky, raster.covers, raster.x, raster.y)
    lamp = cv2.GaussianBlur(lamp, (0, 0), light.softness)
    sky = cv2.GaussianBlur(sky, (0, 0), 5.0)  # the dark seam where a body meets the table
    return lamp, 0.8 * sky


def stamp(canvas: np.ndarray, mask: np.ndarray, x: int, y: int) -> None:
    """Raise ``canvas`` to 1 where ``mask``, placed at column ``x``, row ``y``, is set."""
    height, width = canvas.shape
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + mask.shape[0], height), min(x + mask.shape[1], width)
    if top < bottom and left < right:
        target = canvas[top:bottom, left:right]
        np.maximum(target, mask[top - y : bottom - y, left - x : right - x], out=target)
