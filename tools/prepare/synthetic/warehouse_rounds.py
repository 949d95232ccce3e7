"""Where the camera's rays meet ellipsoids and cones.

In coordinates in which the half axes of a body are 1, the point at distance t of a ray is
u = t a - b. Distances are along the camera's axis, and given as one over them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .warehouse_camera import NEAR_M, WarehouseCamera
from .warehouse_shapes import Round

_SIGNS = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1).T


def window_of(body: Round, camera: WarehouseCamera) -> tuple[slice, slice] | None:
    """Rows and columns that the body may cover; None if it is beside the image or too near."""
    swell = 1 + abs(body.taper or 0)
    corners = camera.to_camera(body.centre + np.einsum('ni,ij->nj', _SIGNS, body.axes) * swell)
    return None if corners[:, 2].min() <= NEAR_M else camera.window(camera.project(corners))


def intersect(
    body: Round, position: np.ndarray, rays: np.ndarray
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Where rays (3, h, w) from ``position`` first meet the body.

    Returns:
        One over the distance, (h, w) float32, 0 where the body is missed; and a function that
        gives, for some pixels (h, w) bool, the direction of the normal, (n, 3).
    """
    inverse = (body.axes / np.square(body.axes).sum(1, keepdims=True)).astype(np.float32)
    b = np.einsum('ij,j->i', inverse, (body.centre - position).astype(np.float32))
    a = np.einsum('ij,jhw->ihw', inverse, rays)
    near = _ellipsoid(a, b) if body.taper is None else _cone(a, b, np.float32(body.taper))

    def normals(pixels: np.ndarray) -> np.ndarray:
        u = a[:, pixels] / near[pixels] - b[:, None]
        if body.taper is not None:
            u[2] = body.taper * (1 - body.taper * u[2])
        return np.einsum('in,ij->nj', u, inverse)

    return near, normals


def _ellipsoid(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For x² + y² + z² = 1."""
    square, rest = (a * a).sum(0), (b * b).sum() - 1
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return _nearer_root(square, dot, rest)


def _cone(a: np.ndarray, b: np.ndarray, taper: np.float32) -> np.ndarray:
    """For x² + y² = (1 - taper z)² between z = -1 and 1."""
    reach = 1 + taper * b[2]
    square = a[0] ** 2 + a[1] ** 2 - (taper * a[2]) ** 2
    dot = a[0] * b[0] + a[1] * b[1] - (reach * taper) * a[2]
    near = _nearer_root(square, dot, b[0] ** 2 + b[1] ** 2 - reach**2)
    along = a[2] / np.maximum(near, np.float32(1e-6)) - b[2]
    return np.where(np.abs(along) <= 1, near, np.float32(0))


def _nearer_root(square: np.ndarray, dot: np.ndarray, rest: np.float32) -> np.ndarray:
    """1 / t for the smaller t of square t² - 2 dot t + rest = 0; 0 where there is none.

    A camera within the body, or within a cone that is made longer, does not see it.
    """
    if rest <= 1e-9:
        return np.zeros_like(dot)
    root = dot * dot - square * rest
    near = (dot + np.sqrt(np.maximum(root, 0))) / rest
    return np.where((root > 0) & (near > 0), near, np.float32(0))
