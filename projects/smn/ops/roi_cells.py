"""Where the cells of RoIs take their samples, one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from .precision import working_dtype


class Grid(NamedTuple):
    """What RoIAlign is asked for, besides maps and RoIs.

    ``scale`` leads from pixels of the image to those of the map. ``sampling_ratio`` 0 means as
    many samples per cell as it has pixels, rounded up.
    """

    height: int
    width: int
    scale: float
    sampling_ratio: int
    aligned: bool


# Of coordinates, in pixels: up to here, float32 counts them. An image has some ten thousand.
LARGEST = 1e7


@dataclass(frozen=True)
class Axis:
    """The cells of RoIs along one axis of a map, in its pixels."""

    start: Tensor  # (R,)
    cell: Tensor  # (R,), the length of a cell
    samples: Tensor  # (R,), whole numbers: samples in a cell
    cells: int
    size: int  # of the map
    by_pixels: bool  # as many samples as a cell has pixels: if several, at least half a pixel apart

    def of(self, part: Tensor) -> Axis:
        """The axis of some of the RoIs."""
        start, cell, samples = self.start[part], self.cell[part], self.samples[part]
        return Axis(start, cell, samples, self.cells, self.size, self.by_pixels)


def checked(rois: Tensor, images: int) -> Tensor:
    """RoIs (R, 5), those that are not finite or larger than ``LARGEST`` as points in the corner.

    Raises:
        IndexError: If a RoI is of none of so many images.
    """
    rois = rois.detach().to(working_dtype(rois))
    if not len(rois):
        return rois
    rois = rois.where((rois.abs() <= LARGEST).all(1, keepdim=True), 0)  # not so if not a number
    lowest, highest = torch.stack(rois[:, 0].aminmax()).long().tolist()
    if lowest < 0 or highest >= images:
        index = lowest if lowest < 0 else highest
        raise IndexError(f'a RoI is of image {index}, but there are maps of {images} images')
    return rois


def axes_of(rois: Tensor, grid: Grid, shape: torch.Size) -> tuple[Axis, Axis]:
    """The horizontal and the vertical axis of RoIs (R, 5) on maps of a shape (B, C, H, W)."""
    height, width = shape[-2:]
    return (
        axis_of(rois[:, 1], rois[:, 3], grid, grid.width, width),
        axis_of(rois[:, 2], rois[:, 4], grid, grid.height, height),
    )


def axis_of(low: Tensor, high: Tensor, grid: Grid, cells: int, size: int) -> Axis:
    """RoIs from ``low`` to ``high`` (R,), in pixels of the image.

    The order of operations is that of mmcv's ``roi_align.cpp``: a rounding decides about a sample.
    """
    shift = 0.5 if grid.aligned else 0.0
    start = low * grid.scale - shift
    length = (high * grid.scale - shift - start).clamp(min=0 if grid.aligned else 1)
    cell = length / cells
    samples = torch.ceil(cell)
    if grid.sampling_ratio > 0:
        samples = torch.full_like(cell, grid.sampling_ratio)
    return Axis(start, cell, samples, cells, size, grid.sampling_ratio <= 0)


def taps(axis: Axis) -> tuple[Tensor, Tensor]:
    """The pixels (R, cells, T) along an axis that make up each cell, and their weights.

    Samples within a pixel of the map's border take the border's value; those farther away are 0.
    """
    most = max(int(axis.samples.max()), 1)
    samples, cell = axis.samples[:, None, None], axis.cell[:, None, None]
    corners = torch.arange(axis.cells, device=cell.device)[:, None] * cell
    corners = axis.start[:, None, None] + corners
    skipped = 0
    if axis.by_pixels and most > (enough := 2 * axis.size + 8):
        # No more of them than this can be on the map, one after the other.
        skipped = ((-2 - corners) * samples / cell).floor().nan_to_num(0).clamp(min=0)
        most = enough
    number = skipped + torch.arange(most, device=cell.device, dtype=cell.dtype)
    places = corners + (number + 0.5) * cell / samples
    counts = (places >= -1) & (places <= axis.size) & (number < samples)
    places = places.where(counts, places[..., :1]).nan_to_num(0).clamp(0, axis.size - 1)
    low = places.floor()
    high_share = (places - low) * (share := counts / samples.clamp(min=1))
    low_share, low = share - high_share, low.long()
    first, last = low.amin(-1, keepdim=True), low.amax(-1, keepdim=True) + 1
    span = int((last - first).max()) + 1
    if span > 2 * most:  # samples lie far apart
        index, weight = torch.cat([low, low + 1], -1), torch.cat([low_share, high_share], -1)
    else:  # neighbouring samples share pixels
        index = torch.minimum(first + torch.arange(span, device=low.device), last)
        weight = low_share.new_zeros(*low.shape[:-1], span)
        weight.scatter_add_(-1, low - first, low_share)
        weight.scatter_add_(-1, low - first + 1, high_share)
    return index.clamp(max=axis.size - 1), weight
