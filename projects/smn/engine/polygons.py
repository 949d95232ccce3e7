"""Masks as polygons, which every labelling tool can read."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import binary_fill_holes
from skimage.measure import approximate_polygon, find_contours


def mask_to_polygons(mask: np.ndarray) -> list[list[float]]:
    """The outlines of a binary mask (H, W) as COCO polygons ``[[x, y, x, y, ...], ...]``.

    Pixel (i, j) covers [i, i + 1) x [j, j + 1), as COCO has it: without holes, the polygons give
    back the same mask. COCO's polygons cannot say that there is a hole, so holes are filled.
    """
    mask = np.ascontiguousarray(mask, dtype=np.uint8)
    left, top, width, height = cv2.boundingRect(mask)
    part = np.pad(mask[top : top + height, left : left + width], 1)
    # Contours run between the middles of pixels: half a pixel, and the one of the padding.
    shift = np.array([top, left]) - 0.5
    return [
        np.round(approximate_polygon(contour, 1e-6)[:-1, ::-1] + shift[::-1], 2).ravel().tolist()
        for contour in find_contours(binary_fill_holes(part).astype(float), 0.5)
    ]
