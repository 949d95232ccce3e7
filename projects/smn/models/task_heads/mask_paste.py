"""From small maps in boxes to masks in an image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask
from torch import Tensor

PIXELS_AT_ONCE = 2**25
"""On a GPU: 128 MB in single precision, and twice that for where to sample. One may be larger."""


def paste_masks(
    maps: Tensor, boxes: Tensor, size: tuple[int, int], threshold: float
) -> Iterator[tuple[int, np.ndarray, tuple[int, int]]]:
    """Masks of the regions of their boxes, as mmdet pastes them.

    On a CPU one by one, each no larger than its box. On a GPU as many at once as memory allows,
    those of similar size together, so that it neither waits for each nor fills whole images.

    Args:
        maps: Probabilities (N, h, w).
        boxes: (N, 4): x1, y1, x2, y2 in pixels of the image.
        size: (height, width) of the image.
        threshold: Of the probability.

    Yields:
        Position among the N, bool mask (height, width) of a region, and its (top, left), in any
        order.
    """
    windows = _windows(boxes.cpu(), size)
    sides = windows[:, 2:] - windows[:, :2]
    for chosen in _batches(sides, _budget(maps)):
        width, height = sides[chosen].amax(0).tolist()
        # With its window's corner as origin, each lies on a canvas of the same small size.
        moved = boxes[chosen] - windows[chosen].to(boxes)[:, :2].repeat(1, 2)
        pasted, _ = _do_paste_mask(maps[chosen, None], moved, height, width, skip_empty=False)
        for i, mask in zip(chosen.tolist(), (pasted >= threshold).cpu().numpy(), strict=True):
            left, top, right, bottom = windows[i].tolist()
            yield i, mask[: bottom - top, : right - left], (top, left)


def _budget(maps: Tensor) -> int:
    """How many pixels may be pasted at once, if more than one mask is."""
    return PIXELS_AT_ONCE if maps.is_cuda else 0


def _windows(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """The pixels that boxes can reach, whole numbers (N, 4), on the CPU."""
    height, width = size
    limits = torch.tensor([width, height])
    first = torch.minimum((boxes[:, :2].floor() - 1).clamp(min=0), limits)
    last = torch.minimum(boxes[:, 2:].ceil() + 1, limits)
    return torch.cat([first, torch.maximum(first, last)], 1).long()


def _batches(sides: Tensor, budget: int) -> Iterator[Tensor]:
    """Indices of those that are pasted together; of empty regions, none."""
    order = sides.prod(1).argsort()
    order = order[sides[order].prod(1) > 0]
    batch: list[int] = []
    largest = torch.zeros(2, dtype=torch.long)
    for i in order.tolist():
        grown = torch.maximum(largest, sides[i])
        if batch and grown.prod() * (len(batch) + 1) > budget:
            yield torch.tensor(batch)
            batch, grown = [], sides[i]
        batch.append(i)
        largest = grown
    if batch:
        yield torch.tensor(batch)
