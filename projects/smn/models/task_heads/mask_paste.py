"""From small maps in boxes to masks in an image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

PIXELS_AT_ONCE = dict(cpu=2**18, cuda=2**25)
"""In single precision 1 MB, which a CPU keeps at hand, and 128 MB. One mask may be larger."""


def paste_masks(
    maps: Tensor, boxes: Tensor, size: tuple[int, int], threshold: float
) -> Iterator[tuple[int, np.ndarray, tuple[int, int]]]:
    """Masks of the regions of their boxes, as mmdet pastes them.

    Those of similar size together, as many as :data:`PIXELS_AT_ONCE` says, so that neither each is
    waited for nor whole images are filled.

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
        pasted = resampled(maps[chosen], moved, (height, width)) >= threshold
        for i, mask in zip(chosen.tolist(), pasted.cpu().numpy(), strict=True):
            left, top, right, bottom = windows[i].tolist()
            yield i, mask[: bottom - top, : right - left], (top, left)


def resampled(maps: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps that fill their boxes, bilinear, seen from each pixel; 0 further outside than a cell.

    What ``grid_sample`` gives, which mmdet asks, but across and down one after the other, as two
    products of matrices: less to compute and to hold.

    Args:
        maps: (N, h, w).
        boxes: (N, 4): x1, y1, x2, y2 in pixels.
        size: (height, width) of what is seen.

    Returns:
        (N, height, width).
    """
    rows = _shares(boxes[:, 1], boxes[:, 3], maps.shape[1], size[0])
    columns = _shares(boxes[:, 0], boxes[:, 2], maps.shape[2], size[1])
    return rows @ maps.to(rows) @ columns.transpose(1, 2)


def _shares(first: Tensor, last: Tensor, cells: int, pixels: int) -> Tensor:
    """What each cell between two borders, (N,), gives to each pixel: (N, pixels, cells)."""
    centres = torch.arange(pixels, device=first.device) + 0.5
    places = (centres - first[:, None]) * (cells / (last - first))[:, None] - 0.5
    cell = torch.arange(cells, device=first.device)
    return (1 - (places[..., None] - cell).abs()).clamp(min=0)


def _budget(maps: Tensor) -> int:
    """How many pixels may be pasted at once, if more than one mask is."""
    return PIXELS_AT_ONCE.get(maps.device.type, PIXELS_AT_ONCE['cpu'])


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
