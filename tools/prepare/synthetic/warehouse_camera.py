"""The camera of a mobile robot: a pinhole about a metre above the floor."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

NEAR_M = 0.25
_SUBPIXEL_BITS = 4
_FARTHEST = 1 << 24


@dataclass(frozen=True)
class WarehouseCamera:
    """A pinhole camera.

    Attributes:
        width, height: of the image in pixels.
        focal: focal length in pixels.
        position: (3,) in metres, in the axes of the warehouse.
        turn: (3, 3), rows are the camera's right, up and forward.
    """

    width: int
    height: int
    focal: float
    position: np.ndarray
    turn: np.ndarray

    @classmethod
    def sample(cls, rng: np.random.Generator, width: int, height: int, x: float) -> WarehouseCamera:
        """A camera at ``x``, looking more or less along the aisle."""
        focal = 0.5 * max(width, height) / np.tan(np.deg2rad(rng.uniform(27, 34)))
        yaw, pitch = np.deg2rad(rng.uniform(-17, 17)), np.deg2rad(rng.uniform(-4, 3))
        position = np.array([x, rng.uniform(0.85, 1.2), 0.0])
        turn = rotation(yaw, pitch, np.deg2rad(rng.normal(0, 0.7)))
        return cls(width, height, float(focal), position, turn)

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Points of the warehouse (..., 3) as right, up and forward of the camera."""
        # Not by @, so that no threaded library has a say in the bytes.
        return np.einsum('...i,ji->...j', np.asarray(points) - self.position, self.turn)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) in front of the camera, in its axes, as columns and rows in pixels."""
        middle = np.array([self.width / 2, self.height / 2])
        return middle + points[..., :2] / points[..., 2:] * [self.focal, -self.focal]

    def ray_steps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The ray of the first pixel, and what the next column and the next row add, (3,) each.

        A ray is a direction in the axes of the warehouse that goes 1 m ahead of the camera.
        """
        column, row = self.turn[0] / self.focal, -self.turn[1] / self.focal
        first = self.turn[2] - (self.width - 1) / 2 * column - (self.height - 1) / 2 * row
        return first, column, row

    def rays(self) -> np.ndarray:
        """The rays through the centres of all pixels, (3, height, width) float32."""
        first, column, row = (step[:, None, None] for step in self.ray_steps())
        columns, rows = np.arange(self.width)[None, None], np.arange(self.height)[None, :, None]
        return (first + column * columns + row * rows).astype(np.float32)

    def window(self, outline: np.ndarray) -> tuple[slice, slice] | None:
        """Rows and columns of the image around points (n, 2) in pixels; None if they are beside."""
        (left, top), (right, bottom) = outline.min(0), outline.max(0)
        left, top = max(int(left) - 1, 0), max(int(top) - 1, 0)
        right, bottom = min(int(right) + 2, self.width), min(int(bottom) + 2, self.height)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Right, up and forward of a camera, (3, 3); yaw is to the right, pitch up, all in radians."""
    cos, sin = np.cos, np.sin
    forward = np.array([sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch)])
    right = np.array([cos(yaw), 0.0, -sin(yaw)])
    up = np.cross(forward, right)
    return np.stack(
        [cos(roll) * right + sin(roll) * up, cos(roll) * up - sin(roll) * right, forward]
    )


def clip_near(points: np.ndarray) -> np.ndarray:
    """The part of a polygon (n, 3), in the axes of a camera, that is beyond the near plane."""
    kept = []
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        if start[2] >= NEAR_M:
            kept.append(start)
        if (start[2] >= NEAR_M) != (end[2] >= NEAR_M):
            share = (NEAR_M - start[2]) / (end[2] - start[2])
            kept.append(start + share * (end - start))
    return np.array(kept).reshape(-1, 3)


def touched(outline: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The pixels, (h, w) bool, that a convex outline (n, 2), in pixels, touches at all."""
    # OpenCV has the middle of a pixel at whole numbers, and counts in 32 bits.
    fixed = np.clip((outline - 0.5) * (1 << _SUBPIXEL_BITS), -_FARTHEST, _FARTHEST)
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(fixed).astype(np.int32), 1, shift=_SUBPIXEL_BITS)
    return mask.view(bool)


def inside(outline: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The pixels, (h, w) bool, whose middle lies in an outline (n, 2), counter-clockwise."""
    columns, rows = np.arange(shape[1]) + 0.5, np.arange(shape[0])[:, None] + 0.5
    mask = np.ones(shape, bool)
    for (x0, y0), (x1, y1) in zip(outline.tolist(), np.roll(outline, -1, 0).tolist(), strict=True):
        mask &= (x1 - x0) * (rows - y0) <= (y1 - y0) * (columns - x0)
    return mask
