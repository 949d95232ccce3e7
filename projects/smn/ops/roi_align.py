"""RoIAlign as a product with a sparse matrix.

A cell of a RoI is the mean of bilinear samples, so a weighted sum of pixels. Weights do not depend
on channels, and a weight is that of a row times that of a column. With pixels as rows of a table,
all cells are one ``embedding_bag``, and the gradient is another with the transposed matrix.
Maps of few channels go another way. Forward and backward are for mmcv's ``RoIAlignFunction``, which
keeps the graph.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from .pixels import Pixels, choose_pixels
from .precision import working_dtype
from .roi_align_thin import thin_backward, thin_forward
from .roi_cells import Axis, Grid, axes_of, checked, taps

ENTRIES = 1 << 17  # of the matrix at a time: indices and weights stay in the cache
FEW_CHANNELS = 16  # up to here, see roi_align_thin.py
PARTS_BACKWARD = 16  # so many times that: about 100 MB, and each time costs a table of the maps


@torch.no_grad()
def roi_align_forward(maps: Tensor, rois: Tensor, grid: Grid, output: Tensor) -> None:
    """Write means of bilinear samples into ``output`` (R, C, height, width).

    Args:
        maps: (B, C, H, W), in any memory format. Half precision is computed in float32.
        rois: (R, 5), index of the image, x1, y1, x2, y2 in pixels of the image; they may leave it.
            One that is not finite, or has a coordinate beyond ten million, is taken for a point in
            the corner of the first image. However large a RoI is, its samples outside of the map
            cost nothing.

    Raises:
        IndexError: If the index of an image is negative or too large.
    """
    if not output.numel():
        return
    rois = checked(rois, len(maps))
    x, y = axes_of(rois, grid, maps.shape)
    if maps.shape[1] <= FEW_CHANNELS:
        return thin_forward(maps, rois[:, 0].long().tolist(), x, y, output)
    pixels = choose_pixels(maps, rois, x, y)
    table = pixels.gather(maps).to(working_dtype(maps))
    for part in parts(x, y, ENTRIES):
        index, weight = entries(part, pixels, x, y)
        cells = weighted_sums(table, index, weight)
        cells = cells.view(len(part), grid.height, grid.width, -1).permute(0, 3, 1, 2)
        output.index_copy_(0, part, cells.to(output.dtype))


@torch.no_grad()
def roi_align_backward(grad: Tensor, rois: Tensor, grid: Grid, grad_maps: Tensor) -> None:
    """Write the gradient of the maps, given that of the output (R, C, height, width).

    Args:
        grad_maps: (B, C, H, W), contiguous and 0 everywhere, as mmcv makes it.
    """
    if not grad.numel():
        return
    dtype = working_dtype(grad)
    if grad_maps.dtype != dtype:  # where RoIs overlap, gradients add up
        wide = torch.zeros_like(grad_maps, dtype=dtype)
        roi_align_backward(grad, rois, grid, wide)
        grad_maps.copy_(wide)
        return
    rois = checked(rois, len(grad_maps))
    x, y = axes_of(rois, grid, grad_maps.shape)
    if grad.shape[1] <= FEW_CHANNELS:
        return thin_backward(grad, rois[:, 0].long().tolist(), x, y, grad_maps)
    pixels = choose_pixels(grad_maps, rois, x, y)
    cells = grid.height * grid.width
    table = grad.to(dtype).flatten(2).transpose(1, 2).reshape(-1, grad.shape[1])
    total = 0
    every = list(parts(x, y, ENTRIES))
    for start in range(0, len(every), PARTS_BACKWARD):
        columns = []
        for part in every[start : start + PARTS_BACKWARD]:
            index, weight = entries(part, pixels, x, y)
            cell = part[:, None] * cells + torch.arange(cells, device=part.device)
            cell = cell.flatten()[:, None].expand_as(index)
            columns.append((index.flatten(), cell.flatten(), weight.flatten()))
        total = total + weighted_sums_by(
            table, *map(torch.cat, zip(*columns, strict=True)), pixels.rows
        )
    pixels.spread(total, grad_maps)


def parts(x: Axis, y: Axis, limit: int) -> Iterator[Tensor]:
    """Indices of RoIs of similar size, so many at a time that their entries are about ``limit``.

    The smallest come first: the largest of a part decides how many entries each of it has.
    """
    wide, high = (axis.samples.clamp(max=axis.size) + 1 for axis in (x, y))
    costs, order = (wide * high * x.cells * y.cells).long().sort()
    _, counts = (costs.cumsum(0) // limit).unique_consecutive(return_counts=True)
    return iter(order.split(counts.tolist()))


def entries(part: Tensor, pixels: Pixels, x: Axis, y: Axis) -> tuple[Tensor, Tensor]:
    """Rows of the matrix for some RoIs, one per cell: pixels (N, T), and their weights (N, T)."""
    (column, x_weight), (line, y_weight) = taps(x.of(part)), taps(y.of(part))
    line = pixels.base[part, None, None] + line * pixels.stride[part, None, None]
    index = line[:, :, None, :, None] + column[:, None, :, None, :]
    weight = y_weight[:, :, None, :, None] * x_weight[:, None, :, None, :]
    return index.flatten(3).flatten(0, 2), weight.flatten(3).flatten(0, 2)


def weighted_sums(table: Tensor, index: Tensor, weight: Tensor) -> Tensor:
    """Weighted sums (N, C) of rows of a table, given indices and weights (N, T)."""
    weight = weight.to(table.dtype)
    return functional.embedding_bag(index, table, mode='sum', per_sample_weights=weight)


def weighted_sums_by(
    table: Tensor, target: Tensor, source: Tensor, weight: Tensor, size: int
) -> Tensor:
    """The same (size, C), given for each entry (E,) to which sum it belongs."""
    target, order = target.sort()
    ends = torch.bincount(target, minlength=size).cumsum(0)
    return functional.embedding_bag(
        source[order],
        table,
        torch.cat([ends.new_zeros(1), ends]),
        mode='sum',
        per_sample_weights=weight[order].to(table.dtype),
        include_last_offset=True,
    )
