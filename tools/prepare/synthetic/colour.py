"""Colours in linear light, RGB in [0, 1]: the space in which light adds up.

The square stands for the sRGB curve: close to it, and much cheaper over a whole image.
"""

from __future__ import annotations

import numpy as np


def from_srgb(colour: tuple[int, int, int]) -> np.ndarray:
    """An 8-bit screen colour as linear RGB, (3,) float32."""
    return (np.asarray(colour, np.float32) / 255) ** 2


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear RGB to screen values in [0, 1]."""
    return np.sqrt(np.clip(linear, 0, 1))


def mix(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """``first`` where ``share`` (h, w) is 0, ``second`` where it is 1: (h, w, 3)."""
    share = np.clip(share, 0, 1).astype(np.float32)[..., None]
    return first + (second - first) * share
