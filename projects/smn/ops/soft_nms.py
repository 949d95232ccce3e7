"""Soft non-maximum suppression: what overlaps a better box loses score instead of going.

Bodla et al., Soft-NMS, https://arxiv.org/abs/1704.04503.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .nms import overlaps
from .precision import working_dtype

NAIVE, LINEAR, GAUSSIAN = 0, 1, 2


def soft_nms(
    boxes: Tensor,
    scores: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> tuple[Tensor, Tensor]:
    """Boxes with new scores (K, 5), best first, and their indices (K,).

    Boxes are kept in an array whose front is decided. The next best changes places with the first
    of the rest; one that falls below ``min_score`` gives its place to the last. So boxes with equal
    scores come in the order of mmcv's ``nms.cpp``, whose loop this is.

    Args:
        boxes: (N, 4), x1, y1, x2, y2.
        scores: (N,).
        iou_threshold: From this IoU on, ``NAIVE`` sets a score to 0, and ``LINEAR`` multiplies it
            by 1 - IoU. ``GAUSSIAN`` multiplies every score by exp(-IoU^2 / sigma).
    """
    work = working_dtype(boxes)
    sides = boxes.detach().to('cpu', work).T.contiguous().numpy()
    ranked = scores.detach().to('cpu', work).clone().numpy()
    places = np.arange(len(ranked))
    iou_threshold, min_score = ranked.dtype.type(iou_threshold), ranked.dtype.type(min_score)
    first, count = 0, len(ranked)
    while first < count:
        best = first + ranked[first:count].argmax()
        for values in (ranked, places):
            values[[first, best]] = values[[best, first]]
        rest = slice(first + 1, count)
        iou = overlaps(sides[:, places[first : first + 1]], sides[:, places[rest]], offset)[0]
        ranked[rest] *= kept_share(iou, iou_threshold, sigma, method)
        low = ranked[rest] < min_score
        staying = first + 1 + fill_gaps(places[rest], ranked[rest], low)
        first, count = first + 1, staying
    places = torch.from_numpy(places[:count]).to(boxes.device)
    ranked = torch.from_numpy(ranked[:count]).to(boxes)
    return torch.cat([boxes[places], ranked[:, None]], 1), places


def kept_share(iou: np.ndarray, threshold: float, sigma: float, method: int) -> np.ndarray:
    """The share of their scores that boxes keep, by their IoU (N,) with a better one."""
    if method == GAUSSIAN:
        return np.exp(-(iou * iou) / iou.dtype.type(sigma))
    return np.where(iou >= threshold, 1 - iou if method == LINEAR else 0, 1).astype(iou.dtype)


def fill_gaps(places: np.ndarray, scores: np.ndarray, gone: np.ndarray) -> int:
    """Move the last that stay, in place, to where others have gone; say how many stay."""
    staying = len(gone) - int(gone.sum())
    gaps = np.flatnonzero(gone[:staying])
    last = staying + np.flatnonzero(~gone[staying:])[::-1]
    for values in (places, scores):
        values[gaps] = values[last]
    return staying
