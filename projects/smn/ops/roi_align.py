"""RoIAlign as one sparse matrix: its rows are the cells of all RoIs, its columns pixels."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

ENTRIES_AT_ONCE = 1 << 22


class Grid(NamedTuple):
    """What RoIAlign is to do, besides maps and RoIs."""

    height: int
    width: int
    scale: float
    sampling_ratio: int
    aligned: bool


class Taps(NamedTuple):
    """Along one axis, the pixels that the samples of each cell touch, and how much they count."""

    index: Tensor  # (R, cells, T)
    weight: Tensor  # (R, cells, T)


def roi_align(maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
    """Means of bilinear samples (R, C, height, width) in each cell of each RoI.

    Args:
        maps: (B, C, H, W), in any memory format.
        rois: (R, 5), index of the image, x1, y1, x2, y2 in pixels of the image.
    """
    channels = maps.shape[1]
    table = maps.permute(0, 2, 3, 1).reshape(-1, channels)
    table = table if table.dtype == torch.float64 else table.float()
    output = maps.new_empty(len(rois), channels, grid.height, grid.width)
    for part, index, weight, ends in matrix(rois, grid, maps.shape):
        cells = functional.embedding_bag(
            index,
            table,
            ends,
            mode='sum',
            per_sample_weights=weight.to(table.dtype),
            include_last_offset=True,
        )
        output[part] = (
            cells.view(-1, grid.height, grid.width, channels).permute(0, 3, 1, 2).to(output.dtype)
        )
    return output


def roi_align_backward(grad: Tensor, rois: Tensor, grid: Grid, shape: torch.Size) -> Tensor:
    """Gradient (B, C, H, W) of the maps, given that of the output: the transposed matrix."""
    images, channels, height, width = shape
    work = grad.dtype if grad.dtype == torch.float64 else torch.float32
    total = torch.zeros(images * height * width, channels, dtype=work, device=grad.device)
    for part, index, weight, ends in matrix(rois, grid, shape):
        rows = grad[part].permute(0, 2, 3, 1).reshape(-1, channels).to(work)
        cell = torch.repeat_interleave(torch.arange(len(rows), device=index.device), ends.diff())
        index, order = index.sort()
        starts = torch.bincount(index, minlength=len(total)).cumsum(0)
        starts = torch.cat([starts.new_zeros(1), starts])
        total += functional.embedding_bag(
            cell[order],
            rows,
            starts,
            mode='sum',
            per_sample_weights=weight[order].to(work),
            include_last_offset=True,
        )
    return total.view(images, height, width, channels).permute(0, 3, 1, 2).to(grad.dtype)


def matrix(rois: Tensor, grid: Grid, shape: torch.Size):
    """Parts of the RoIs, and their rows of the matrix: pixels, weights, where each row ends."""
    height, width = shape[-2:]
    rois = rois if rois.dtype == torch.float64 else rois.float()
    x = axis(rois[:, 1], rois[:, 3], grid, grid.width, width)
    y = axis(rois[:, 2], rois[:, 4], grid, grid.height, height)
    per_roi = y.index[0].numel() * x.index[0].numel() if len(rois) else 1
    step = max(1, ENTRIES_AT_ONCE // max(1, per_roi))
    for start in range(0, len(rois), step):
        part = slice(start, start + step)
        first = rois[part, 0].long() * height * width
        rows = first[:, None, None] + y.index[part] * width
        index = rows[:, :, None, :, None] + x.index[part][:, None, :, None, :]
        weight = y.weight[part][:, :, None, :, None] * x.weight[part][:, None, :, None, :]
        used = weight != 0
        ends = used.flatten(3).sum(3).flatten().cumsum(0)
        yield part, index[used], weight[used], torch.cat([ends.new_zeros(1), ends])


def axis(low: Tensor, high: Tensor, grid: Grid, cells: int, size: int) -> Taps:
    """The taps along one axis of RoIs from ``low`` to ``high`` (R,) on a map of ``size`` pixels."""
    shift = 0.5 if grid.aligned else 0.0
    start = low * grid.scale - shift
    length = high * grid.scale - shift - start
    if not grid.aligned:
        length = length.clamp(min=1)
    cell = length / cells
    if grid.sampling_ratio > 0:
        samples = torch.full_like(cell, grid.sampling_ratio)
    else:
        samples = torch.ceil(cell).nan_to_num(0, 0, 0).clamp(min=0)
    most = int(samples.max()) if len(samples) else 0
    number = torch.arange(max(most, 1), device=low.device, dtype=low.dtype)
    corner = start[:, None] + torch.arange(cells, device=low.device) * cell[:, None]
    places = corner[..., None] + ((number + 0.5) * cell[:, None] / samples[:, None])[:, None]
    inside = (places >= -1) & (places <= size) & (number < samples[:, None])[:, None]
    places = places.nan_to_num(0).clamp(0, size - 1)
    below = places.floor()
    part = places - below
    count = inside / samples.clamp(min=1)[:, None, None]
    below = below.long()
    above = (below + 1).clamp(max=size - 1)
    return Taps(torch.cat([below, above], -1), torch.cat([count * (1 - part), count * part], -1))
