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


def decode_crop(rle: dict) -> tuple[np.ndarray, tuple[int, int]]:
    """The inverse of :func:`encode_crop`: what is in the box of a mask, and where that is.

    Args:
        rle: Compressed COCO RLE.

    Returns:
        Binary (h, w), uint8, and (top, left); (0, 0) where the mask is empty.
    """
    height = rle['size'][0]
    left, top, width, high = mask_utils.toBbox(rle).astype(int).tolist()
    # Where runs of ones begin and end, in the columns of the box, one below the other.
    edges = (_counts(rle['counts']).cumsum() - left * height).clip(0, width * height)
    changes = np.zeros(width * height + 1, np.int8)
    np.add.at(changes, edges[:-1:2], 1)
    np.add.at(changes, edges[1::2], -1)
    columns = changes[:-1].cumsum(dtype=np.int8).reshape(width, height)
    return np.ascontiguousarray(columns[:, top : top + high].T).view(np.uint8), (top, left)


def _counts(text: str | bytes) -> np.ndarray:
    """Lengths of runs, zeros first, from COCO's text: numbers in groups of five bits, low first.

    A sixth bit says that a number goes on, the highest bit of all is its sign. From the fourth on,
    they are differences to the last but one.
    """
    codes = np.frombuffer(text.encode() if isinstance(text, str) else text, np.uint8) - 48
    ends = np.flatnonzero(codes & 0x20 == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    places = np.arange(len(codes)) - np.repeat(starts, lengths)
    bits = (codes & 0x1F).astype(np.int64) << 5 * places
    counts = np.add.reduceat(bits, starts)
    counts -= np.where(codes[ends] & 0x10, np.int64(1) << 5 * lengths, 0)
    counts[1::2] = counts[1::2].cumsum()
    counts[2::2] = counts[2::2].cumsum()
    return counts
