"""Greedy non-maximum suppression."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

BLOCK = 64


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int = 0) -> Tensor:
    """Indices (K,) of the boxes that no better box overlaps, best first.

    Of boxes with equal scores, the one that comes first is the better. A box with a NaN neither
    suppresses nor is suppressed; a NaN score is the highest, as PyTorch sorts it.

    Args:
        boxes: (N, 4), x1, y1, x2, y2, on any device.
        scores: (N,).
        iou_threshold: A box goes whose IoU with a better one is larger than that.
        offset: What is added to a width or height: 1 where corners are whole pixels, else 0.
    """
    order = scores.detach().sort(descending=True, stable=True).indices
    ranked = boxes.detach()[order].cpu()
    if ranked.dtype not in (torch.float32, torch.float64):
        ranked = ranked.float()
    kept = torch.from_numpy(greedy(ranked.numpy(), iou_threshold, offset))
    return order[kept.to(order.device)]


def greedy(boxes: np.ndarray, iou_threshold: float, offset: int) -> np.ndarray:
    """Indices of the boxes that stay, of boxes (N, 4) from the best to the worst.

    A block of the best at a time: first among themselves, then those that stay against all others.
    """
    threshold = boxes.dtype.type(iou_threshold)  # compared in the precision of the IoU, as in C++
    left, kept = np.arange(len(boxes)), []
    while len(left):
        head, left = left[:BLOCK], left[BLOCK:]
        head = head[survivors(overlaps(boxes[head], boxes[head], offset) > threshold)]
        kept.append(head)
        left = left[~(overlaps(boxes[head], boxes[left], offset) > threshold).any(0)]
    return np.concatenate(kept) if kept else left


def survivors(suppresses: np.ndarray) -> np.ndarray:
    """Which of a block (B, B) of ranked boxes stay: those that no staying box before suppresses."""
    alive = np.ones(len(suppresses), bool)
    for index, row in enumerate(suppresses):
        if alive[index]:
            alive[index + 1 :] &= ~row[index + 1 :]
    return alive


def overlaps(a: np.ndarray, b: np.ndarray, offset: int) -> np.ndarray:
    """IoU (A, B) of boxes (A, 4) and (B, 4); NaN of two boxes without an area."""
    with np.errstate(all='ignore'):
        low = np.maximum(a[:, None, :2], b[:, :2])
        high = np.minimum(a[:, None, 2:], b[:, 2:])
        sides = np.maximum(high - low + offset, 0)
        inter = sides[..., 0] * sides[..., 1]
        return inter / (areas(a, offset)[:, None] + areas(b, offset) - inter)


def areas(boxes: np.ndarray, offset: int) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0] + offset) * (boxes[:, 3] - boxes[:, 1] + offset)
