"""RoIAlign of maps with few channels, such as masks: two small products of matrices per RoI.

The weight of a pixel in a cell is that of its row times that of its column, so the cells of a RoI
are ``rows @ crop @ columns^T``. With few channels, that is less work than a sum per cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from .precision import working_dtype
from .roi_cells import Axis, taps

ROIS = 32  # at a time: their matrices have the size of the largest


def thin_forward(maps: Tensor, images: list[int], x: Axis, y: Axis, output: Tensor) -> None:
    """Write the cells of RoIs, each in one of the ``images``, into ``output`` (R, C, ., .)."""
    dtype = working_dtype(maps)
    # Autocast would take the products to half precision behind the caller's back.
    with torch.autocast(maps.device.type, enabled=False):
        for roi, (top, rows), (left, columns) in matrices(x, y, dtype):
            crop = window(maps[images[roi]], top, left, rows, columns).to(dtype)
            output[roi] = rows @ crop @ columns.T


def thin_backward(grad: Tensor, images: list[int], x: Axis, y: Axis, grad_maps: Tensor) -> None:
    """Add the gradient of the maps (B, C, H, W), given that of the output."""
    dtype = working_dtype(grad)
    with torch.autocast(grad.device.type, enabled=False):
        for roi, (top, rows), (left, columns) in matrices(x, y, dtype):
            crop = window(grad_maps[images[roi]], top, left, rows, columns)
            crop += rows.T @ grad[roi].to(dtype) @ columns


def window(maps: Tensor, top: int, left: int, rows: Tensor, columns: Tensor) -> Tensor:
    """The part of maps (C, H, W) that matrices of weights belong to."""
    return maps[:, top : top + rows.shape[1], left : left + columns.shape[1]]


def matrices(
    x: Axis, y: Axis, dtype: torch.dtype
) -> Iterator[tuple[int, tuple[int, Tensor], tuple[int, Tensor]]]:
    """For each RoI its number, and for rows and columns the first and the weights."""
    for part in torch.arange(len(x.start), device=x.start.device).split(ROIS):
        pairs = zip(weights(y.of(part), dtype), weights(x.of(part), dtype), strict=True)
        for roi, (rows, columns) in zip(part.tolist(), pairs, strict=True):
            yield roi, rows, columns


def weights(axis: Axis, dtype: torch.dtype) -> Iterator[tuple[int, Tensor]]:
    """For each RoI its first pixel along an axis, and weights (cells, pixels) from there on."""
    index, weight = taps(axis)
    first = index.amin((1, 2))
    spans = index.amax((1, 2)) + 1 - first
    matrix = weight.new_zeros(*weight.shape[:2], int(spans.max()))
    matrix.scatter_add_(2, index - first[:, None, None], weight)
    for start, span, values in zip(first.tolist(), spans.tolist(), matrix.to(dtype), strict=True):
        yield start, values[:, :span]
