"""What is on surfaces: the cells that they are divided into, stains and grain."""

from __future__ import annotations

import cv2
import numpy as np

from .noise import fractal_noise
from .warehouse_raster import Surfaces

TEXTURE_PX = 512
STAINS, GRAIN = (0.02, 0.5), (0.0025, 0.9)  # metres in a pixel of the texture, and weight
_TINTS = 1024


def pattern(
    rng: np.random.Generator,
    surfaces: Surfaces,
    index: np.ndarray,
    place: np.ndarray,
    footprint: np.ndarray,
) -> np.ndarray:
    """By how much brighter than its finish each pixel is, (h, w) float32 around 1.

    Args:
        index: (h, w), the surface of each pixel.
        place: (3, h, w), where it is, in metres.
        footprint: (h, w), metres in a pixel. What is smaller fades instead of flickering.
    """
    across = _along(surfaces.across, surfaces, index, place)
    up = _along(surfaces.up, surfaces, index, place)
    look = 1 + _grime(rng, across, up, footprint) * np.take(surfaces.column('grime'), index)
    widths, heights = np.array([finish.cell for finish in surfaces.finishes], np.float32).T
    divided = np.flatnonzero(np.take((widths > 0) | (heights > 0), index))
    number, footprint = index.ravel()[divided], footprint.ravel()[divided]
    half, key = np.take(surfaces.column('seam'), number), 29 * number
    tone = np.ones(len(divided), np.float32)
    for axis, sizes, prime in ((across, widths, 7), (up, heights, 131)):
        size = np.take(sizes, number)
        cell, line = _cells(axis.ravel()[divided], size, half, footprint)
        tone *= 1 - 0.65 * line
        key = key + prime * cell
    tints = rng.standard_normal(_TINTS, dtype=np.float32)
    tone *= 1 + np.take(surfaces.column('tint'), number) * np.take(tints, key % _TINTS)
    look.ravel()[divided] *= tone
    return np.clip(look, 0.05, 1.8)


def _along(axes: np.ndarray, surfaces: Surfaces, index: np.ndarray, place: np.ndarray):
    """How far each pixel is from its surface's origin along an axis (n, 3) of it, (h, w)."""
    start = np.einsum('ni,ni->n', axes, surfaces.origins).astype(np.float32)
    return sum(np.take(axes[:, i], index) * place[i] for i in range(3)) - np.take(start, index)


def _cells(
    place: np.ndarray, size: np.ndarray, half: np.ndarray, footprint: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Number of the cell, and share of the pixel that the line between two cells takes, (n,) each.

    With ``size`` 0 there is one cell and no line.
    """
    share = place / np.where(size > 0, size, np.inf)
    cell = np.floor(share)
    edge = size * (0.5 - np.abs(share - cell - 0.5))  # distance to the line
    line = np.clip(0.5 + (half - edge) / footprint, 0, 1) * np.minimum(1, 2 * half / footprint)
    return cell.astype(np.int32), line * (size > 0)


def _grime(rng: np.random.Generator, across: np.ndarray, up: np.ndarray, footprint: np.ndarray):
    """Stains of about a metre and grain of centimetres, (h, w)."""
    texture = fractal_noise(rng, (TEXTURE_PX, TEXTURE_PX), 64, 5)
    total = np.zeros_like(across)
    for metres, weight in (STAINS, GRAIN):
        x, y = (float(shift) for shift in rng.uniform(0, TEXTURE_PX, 2))
        look = cv2.remap(texture, across / metres + x, up / metres + y, cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REFLECT)  # fmt: skip
        total += weight * look * np.minimum(8 * metres / footprint, 1)
    return total
