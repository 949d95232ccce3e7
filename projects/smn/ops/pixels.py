"""Pixels of feature maps as rows of a table, one per pixel with all its channels."""

from __future__ import annotations

import torch
from torch import Tensor

from .roi_cells import Axis


def choose_pixels(maps: Tensor, rois: Tensor, x: Axis, y: Axis) -> Pixels:
    """The rows for RoIs on maps (B, C, H, W): all pixels, or copies of few where RoIs are few."""
    images = rois[:, 0].long()
    whole = WholeMaps(maps.shape, images)
    if maps.device.type != 'cpu' or maps.is_contiguous(memory_format=torch.channels_last):
        return whole
    crops = Crops(images, bounds(x), bounds(y))
    return crops if crops.rows < whole.rows else whole


def bounds(axis: Axis) -> tuple[Tensor, Tensor]:
    """The first pixel of each RoI (R,) along an axis, and the one after its last."""
    low = axis.start.floor().long().clamp(0, axis.size - 1)
    # One more than samples reach, whatever was rounded.
    high = (axis.start + axis.cell * axis.cells).floor().long() + 3
    return low, high.maximum(low + 2).clamp(max=axis.size)


class WholeMaps:
    """Every pixel of maps (B, C, H, W); a view of them if they are channels-last."""

    def __init__(self, shape: torch.Size, images: Tensor) -> None:
        height, width = shape[-2:]
        self.rows = shape[0] * height * width
        self.base = images * height * width
        self.stride = torch.full_like(images, width)

    def gather(self, maps: Tensor) -> Tensor:
        """The table (rows, C)."""
        if maps.is_contiguous(memory_format=torch.channels_last):
            return maps.permute(0, 2, 3, 1).flatten(0, 2)
        table = maps.new_empty(len(maps), self.rows // len(maps), maps.shape[1])
        for image, pixels in zip(maps.flatten(2), table, strict=True):
            pixels.copy_(image.t())  # PyTorch transposes a matrix fast, more dimensions not
        return table.flatten(0, 1)

    def spread(self, table: Tensor, maps: Tensor) -> None:
        """Add rows to maps that are 0 everywhere."""
        for image, pixels in zip(maps, table.unflatten(0, (len(maps), -1)), strict=True):
            image.view(len(image), -1).copy_(pixels.t())


class Crops:
    """The pixels around each RoI, one RoI after the other."""

    def __init__(self, images: Tensor, x: tuple[Tensor, Tensor], y: tuple[Tensor, Tensor]) -> None:
        (left, right), (top, bottom) = x, y
        self.stride = right - left
        areas = self.stride * (bottom - top)
        ends = areas.cumsum(0)
        self.rows = int(ends[-1])
        # Of the pixel (0, 0) of the map, were it in the crop.
        self.base = ends - areas - top * self.stride - left
        # An index of the image, and the slices of a map.
        self.places = [
            (image, slice(None), slice(y1, y2), slice(x1, x2))
            for image, y1, y2, x1, x2 in torch.stack([images, top, bottom, left, right], 1).tolist()
        ]
        self.areas = areas.tolist()

    def gather(self, maps: Tensor) -> Tensor:
        """The table (rows, C)."""
        table = maps.new_empty(self.rows, maps.shape[1])
        for place, rows in zip(self.places, table.split(self.areas), strict=True):
            rows.copy_(maps[place].flatten(1).t())
        return table

    def spread(self, table: Tensor, maps: Tensor) -> None:
        """Add rows to maps that are 0 everywhere."""
        for place, rows in zip(self.places, table.split(self.areas), strict=True):
            crop = maps[place]
            crop += rows.t().contiguous().view_as(crop)


Pixels = WholeMaps | Crops
