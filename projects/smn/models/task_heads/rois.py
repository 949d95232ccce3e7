"""Boxes made from boxes: larger, square, jittered, in the original image."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def expanded(rois: Tensor, factor: float) -> Tensor:
    """RoIs (R, 5) enlarged around their centres; they may leave the image."""
    centres = (rois[:, 1:3] + rois[:, 3:5]) / 2
    half = (rois[:, 3:5] - rois[:, 1:3]) * factor / 2
    return torch.cat([rois[:, :1], centres - half, centres + half], 1)


def squared(rois: Tensor) -> Tensor:
    """The smallest squares (R, 5) around RoIs with the same centres: shapes keep their angles."""
    centres = (rois[:, 1:3] + rois[:, 3:5]) / 2
    half = (rois[:, 3:5] - rois[:, 1:3]).max(1, keepdim=True).values / 2
    return torch.cat([rois[:, :1], centres - half, centres + half], 1)


def jittered(boxes: Tensor, share: float) -> Tensor:
    """Boxes (N, 4) with each side moved at random by up to ``share`` of the box's size."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
    return boxes + sizes * (torch.rand_like(boxes) * 2 - 1) * share


def to_original(boxes: Tensor, meta: Mapping) -> Tensor:
    """Boxes (N, 4) in pixels of the original image; of a flipped image, where they are in it."""
    return boxes / boxes.new_tensor([*meta.get('scale_factor', (1.0, 1.0))] * 2)
