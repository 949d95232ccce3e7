"""Arrays of earlier work, made for tests."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

COUNT, HEIGHT, WIDTH = 4, 12, 16


def make_arrays() -> dict[str, np.ndarray]:
    """Noise; masks with an object on all but the last image; boxes around it, but for the third."""
    images = np.random.default_rng(0).integers(0, 256, (COUNT, HEIGHT, WIDTH, 3), np.uint8)
    masks = np.zeros((COUNT, HEIGHT, WIDTH, 1), np.uint8)
    masks[:-1, 2:8, 3:13] = 1
    bboxes = np.tile([3.0, 2, 13, 8], (COUNT, 1))
    bboxes[2] = 0
    return dict(
        images=images, masks=masks, bboxes=bboxes, binary=np.array([[0.0], [1], [np.nan], [1]])
    )


def write_arrays(folder: Path, **arrays: np.ndarray | None) -> Path:
    """Write ``<name>.h5`` for each of :func:`make_arrays`, or what is given instead; None: not."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in {**make_arrays(), **arrays}.items():
        if array is not None:
            with h5py.File(folder / f'{name}.h5', 'w') as file:
                file[name] = array
    return folder
