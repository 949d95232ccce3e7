"""A pet on the pixel grid: which part is seen where, and how its surface is inclined."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .noise import fractal_noise
from .pet_body import HEAD_KINDS, KINDS, Part


@dataclass(frozen=True)
class PetRaster:
    """What is seen of a pet, over the whole image.

    Attributes:
        kind: (h, w) int8, index in ``KINDS`` of the part in front; -1 beside the pet.
        normal: (h, w, 3) float32, x to the right, y down, z to the viewer; unit length.
    """

    kind: np.ndarray
    normal: np.ndarray

    @property
    def mask(self) -> np.ndarray:
        """The whole pet, (h, w) bool."""
        return self.kind >= 0

    @property
    def head(self) -> np.ndarray:
        """Head with ears, (h, w) bool."""
        return self.mask & (self.kind < len(HEAD_KINDS))


def rasterize(
    rng: np.random.Generator, parts: list[Part], height: int, width: int, fluff: float
) -> PetRaster:
    """Evaluate parts, in pixels, at pixel centres; hair moves every outline by ``fluff`` pixels."""
    near = np.full((height, width), -np.inf, np.float32)
    kind = np.full((height, width), -1, np.int8)
    rows, columns = np.mgrid[:height, :width].astype(np.float32) + 0.5
    cell = max(3 * fluff, 2.0)
    columns += fluff * fractal_noise(rng, (height, width), cell, 2)
    rows += fluff * fractal_noise(rng, (height, width), cell, 2)
    for part in parts:
        window = _window(part, height, width, 4 * fluff)
        z = _surface(part, columns[window], rows[window])
        front = z > near[window]
        near[window][front] = z[front]
        kind[window][front] = KINDS.index(part.kind)
    return PetRaster(kind, _normals(near, kind >= 0, 1.5 + 2 * fluff))


def _window(part: Part, height: int, width: int, margin: float) -> tuple[slice, slice]:
    reach = 1.5 * max(part.along, part.across) + margin + 1  # a drop is wider than its half axis
    top, left = int(max(part.y - reach, 0)), int(max(part.x - reach, 0))
    bottom, right = int(max(part.y + reach, 0)), int(max(part.x + reach, 0))
    return slice(min(top, height), min(bottom, height)), slice(min(left, width), min(right, width))


def _surface(part: Part, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Distance to the viewer's side of the surface above z = 0, (h, w); -inf beside the part."""
    cos, sin = np.float32(np.cos(part.angle)), np.float32(np.sin(part.angle))
    x, y = columns - np.float32(part.x), rows - np.float32(part.y)
    u, v = (x * cos + y * sin) / np.float32(part.along), y * cos - x * sin
    narrow = np.maximum(1 - np.float32(part.taper) * (u + 1) / 2, np.float32(0.02))
    rest = 1 - u**2 - (v / (np.float32(part.across) * narrow)) ** 2
    inside = rest > 0
    height = part.z + part.depth * np.sqrt(np.where(inside, rest, 0))
    return np.where(inside, height, -np.inf).astype(np.float32)


def _normals(near: np.ndarray, mask: np.ndarray, sigma: float) -> np.ndarray:
    """Unit normals of a height field; ``sigma`` rounds joints off and hides what hair moved."""
    inside = mask.astype(np.float32)
    weight = cv2.GaussianBlur(inside, (0, 0), sigma)
    smooth = cv2.GaussianBlur(np.where(mask, near, 0).astype(np.float32), (0, 0), sigma)
    smooth /= np.maximum(weight, 1e-3)
    slope_y, slope_x = np.gradient(smooth)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(smooth)], axis=-1).astype(np.float32)
    return normal / np.sqrt(np.square(normal).sum(-1, keepdims=True))
