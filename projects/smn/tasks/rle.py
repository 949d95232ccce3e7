"""Masks that are small parts of large images, as runs, without a canvas of the image."""

from __future__ import annotations

import numpy as np
from pycocotools import mask as mask_utils


def encode_crop(crop: np.ndarray, place: tuple[int, int], size: tuple[int, int]) -> dict:
    """The mask of a whole image that is empty but for a crop, as compressed COCO RLE.

    Args:
        crop: Binary, (h, w).
        place: (top, left) of the crop in pixels of the image; it lies inside.
        size: (height, width) of the image.

    Returns:
        ``size`` and ``counts``, as :func:`.mask.encode_mask` gives them for the whole image.
    """
    (top, left), (height, width) = place, size
    # Column by column, as COCO runs; each begins and ends outside of the mask.
    inside = np.pad(np.asarray(crop, bool).T, ((0, 0), (1, 1)))
    changes = inside[:, 1:] != inside[:, :-1]
    column, row = np.divmod(np.flatnonzero(changes), changes.shape[1])  # faster than nonzero()
    edges = (left + column) * height + top + row
    # A run that reaches the lower border goes on in the next column: its edges are no edges.
    same = np.diff(edges, prepend=-1, append=-1) == 0
    edges = edges[~(same[1:] | same[:-1])]
    counts = np.diff(edges, prepend=0, append=height * width)
    if len(edges) and counts[-1] == 0:
        counts = counts[:-1]
    runs = dict(size=[int(height), int(width)], counts=counts.tolist())
    rle = mask_utils.frPyObjects(runs, height, width)
    return dict(size=runs['size'], counts=rle['counts'].decode('ascii'))
