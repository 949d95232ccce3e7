"""Which predictions are of which labelled object, for pictures side by side."""

from __future__ import annotations

import numpy as np
from mmdet.evaluation import bbox_overlaps

MIN_IOU = 0.5


def colours_of_matches(found: np.ndarray, truth: np.ndarray) -> list[int]:
    """A number for each predicted box: that of the labelled box that it overlaps most.

    The more certain ones choose first, and no labelled box is chosen twice.

    Args:
        found: (N, 4) predicted boxes, the most certain first.
        truth: (M, 4) labelled boxes.

    Returns:
        N numbers. Those of labelled boxes are 0 to M - 1; who found none counts on from M.
    """
    numbers, free = [], np.ones(len(truth), bool)
    others = len(truth)
    overlaps = bbox_overlaps(found.reshape(-1, 4), truth.reshape(-1, 4))
    for row in overlaps.reshape(len(found), len(truth)):
        row = row * free
        if len(row) and row.max() >= MIN_IOU:
            numbers.append(int(row.argmax()))
            free[numbers[-1]] = False
        else:
            numbers.append(others)
            others += 1
    return numbers
