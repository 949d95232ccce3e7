"""Trimaps: an object, its background, and a band between them that nobody has classified."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from projects.smn.reading import read_map
from projects.smn.tasks import IGNORED

FOREGROUND, BACKGROUND, BORDER = 1, 2, 3
BORDER_POLICIES = ('ignore', 'object', 'background')


def read_trimap(path: Path) -> np.ndarray | None:
    """The values of a trimap, (height, width) uint8; None when it is damaged or is no trimap."""
    try:
        values, _ = read_map(path.read_bytes())
    except (OSError, ValueError):
        return None
    known = np.ndim(values) == 2 and np.isin(values, (FOREGROUND, BACKGROUND, BORDER)).all()
    return values.astype(np.uint8) if known else None


def object_mask(trimap: np.ndarray, border: str) -> np.ndarray:
    """The object, (height, width) bool.

    A mask has no third value. Ears, legs and tails are often all border, so it is part of the
    object unless ``border`` is ``'background'``.
    """
    return trimap == FOREGROUND if border == 'background' else trimap != BACKGROUND


def semantic_map(trimap: np.ndarray, border: str, value: int) -> np.ndarray:
    """``value`` on the object and 0 beside it, (height, width) uint8.

    On the border, by ``border``: :data:`IGNORED`, or the value of the object or the background.
    """
    on_border = {'ignore': IGNORED, 'object': value, 'background': 0}[border]
    table = np.zeros(BORDER + 1, np.uint8)
    table[FOREGROUND], table[BORDER] = value, on_border
    return table[trimap]
