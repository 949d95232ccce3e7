"""Smooth random fields, the raw material of every texture."""

from __future__ import annotations

import cv2
import numpy as np


def fractal_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: tuple[float, float] | float,
    octaves: int = 3,
) -> np.ndarray:
    """Noise of mean 0 and standard deviation 1, (h, w) float32.

    Args:
        cell: size in pixels, (rows, columns), of the largest blobs; unequal sizes give streaks.
        octaves: each further one halves the cell and the amplitude.
    """
    height, width = shape
    cell_y, cell_x = (cell, cell) if np.isscalar(cell) else cell
    field = np.zeros(shape, np.float32)
    for octave in range(octaves):
        rows = min(int(np.ceil(height * 2**octave / cell_y)) + 2, height)
        columns = min(int(np.ceil(width * 2**octave / cell_x)) + 2, width)
        grid = rng.standard_normal((max(rows, 2), max(columns, 2)), dtype=np.float32)
        field += 0.5**octave * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return (field - field.mean()) / (field.std() + 1e-6)


def grain(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> np.ndarray:
    """Fine noise of unit variance, (h, w) float32, blurred by ``sigma`` pixels."""
    field = rng.standard_normal(shape, dtype=np.float32)
    field = cv2.GaussianBlur(field, (0, 0), sigma)
    return field / (field.std() + 1e-6)
