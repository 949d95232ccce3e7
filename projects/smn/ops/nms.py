"""Greedy non-maximum suppression."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .precision import working_dtype

BLOCK = 64


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int = 0) -> Tensor:
    """Indices (K,) of the boxes that no better box overlaps, best first.

    Of boxes with equal scores, the one that comes first is the better: torchvision's rule. mmcv's
    compiled operator leaves them in the order of PyTorch's unstable sort, which depends on the
    processor. A box with a NaN neither suppresses nor is suppressed; a NaN score is the highest.

    The loop runs in NumPy on the CPU, wherever the boxes are: its steps are too small for a GPU.

    Args:
        boxes: (N, 4), x1, y1, x2, y2.
        scores: (N,).
        iou_threshold: A box goes whose IoU with a better one that stays is larger than that.
        offset: What is added to a width or height: 1 where corners are whole pixels, else 0.
    """
    order = scores.detach().sort(dim=0, descending=True, stable=True).indices
    sides = boxes.detach()[order].to('cpu', working_dtype(boxes)).T.contiguous().numpy()
    return order[torch.from_numpy(greedy(sides, iou_threshold, offset)).to(order.device)]


def greedy(sides: np.ndarray, iou_threshold: float, offset: int) -> np.ndarray:
    """Indices (K,) of the boxes that stay, of x1, y1, x2, y2 (4, N) from the best to the worst.

    A block of the best at a time: first among themselves, then those that stay against all others.
    """
    threshold = sides.dtype.type(iou_threshold)  # compared in the precision of the IoU, as in C++
    left, kept = np.arange(sides.shape[1]), []
    while len(left):
        head, left = left[:BLOCK], left[BLOCK:]
        block = sides[:, head]
        stay = survivors(overlaps(block, block, offset) > threshold)
        kept.append(head[stay])
        left = left[~(overlaps(block[:, stay], sides[:, left], offset) > threshold).any(0)]
    return np.concatenate(kept) if kept else left


def survivors(suppresses: np.ndarray) -> np.ndarray:
    """Which of a block (B, B) of ranked boxes stay: those that no staying box before suppresses."""
    stay = np.ones(len(suppresses), bool)
    for index, row in enumerate(suppresses[:-1]):
        if stay[index]:
            stay[index + 1 :] &= ~row[index + 1 :]
    return stay


def overlaps(a: np.ndarray, b: np.ndarray, offset: int) -> np.ndarray:
    """IoU (A, B) of boxes (4, A) and (4, B); NaN of two boxes without an area.

    The operations and their order are those of mmcv's ``nms.cpp``; most are done in place, since
    new memory costs as much as the arithmetic.
    """
    with np.errstate(all='ignore'):
        inter = shared(a[0], a[2], b[0], b[2], offset)
        inter *= shared(a[1], a[3], b[1], b[3], offset)
        union = np.add.outer(areas(a, offset), areas(b, offset))
        union -= inter
        return np.divide(inter, union, out=inter)


def shared(
    low_a: np.ndarray, high_a: np.ndarray, low_b: np.ndarray, high_b: np.ndarray, offset: int
) -> np.ndarray:
    """What intervals (A,) and (B,) share along an axis: lengths (A, B)."""
    length = np.minimum.outer(high_a, high_b)
    length -= np.maximum.outer(low_a, low_b)
    if offset:
        length += offset
    return np.maximum(length, 0, out=length)


def areas(boxes: np.ndarray, offset: int) -> np.ndarray:
    return (boxes[2] - boxes[0] + offset) * (boxes[3] - boxes[1] + offset)
