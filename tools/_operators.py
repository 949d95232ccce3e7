"""The operators of three sources behind the same three functions, to be compared."""

from __future__ import annotations

from importlib import import_module

import torch
from torch import Tensor

from projects.smn.ops import operators_are_compiled
from projects.smn.ops.choice import working_torchvision
from projects.smn.ops.nms import nms
from projects.smn.ops.roi_align import roi_align_backward, roi_align_forward
from projects.smn.ops.roi_cells import Grid


class Ours:
    """Those of this project."""

    def nms(self, boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
        return nms(boxes, scores, iou_threshold)

    def forward(self, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        output = maps.new_zeros(len(rois), maps.shape[1], grid.height, grid.width)
        roi_align_forward(maps, rois, grid, output)
        return output

    def backward(self, grad: Tensor, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        grad_maps = torch.zeros_like(maps)
        roi_align_backward(grad, rois, grid, grad_maps)
        return grad_maps


class Compiled:
    """Those of mmcv's C++ extension."""

    def __init__(self) -> None:
        self.extension = import_module('mmcv._ext')

    def nms(self, boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
        return self.extension.nms(boxes, scores, iou_threshold=iou_threshold, offset=0)

    def forward(self, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        output = maps.new_zeros(len(rois), maps.shape[1], grid.height, grid.width)
        none = maps.new_zeros(0)
        self.extension.roi_align_forward(maps, rois, output, none, none, **self.options(grid))
        return output

    def backward(self, grad: Tensor, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        grad_maps = torch.zeros_like(maps)
        none = maps.new_zeros(0)
        self.extension.roi_align_backward(grad, rois, none, none, grad_maps, **self.options(grid))
        return grad_maps

    @staticmethod
    def options(grid: Grid) -> dict:
        return dict(
            aligned_height=grid.height,
            aligned_width=grid.width,
            spatial_scale=grid.scale,
            sampling_ratio=grid.sampling_ratio,
            pool_mode=1,
            aligned=grid.aligned,
        )


class Torchvision:
    """Those of torchvision."""

    def __init__(self) -> None:
        self.ops = working_torchvision()

    def nms(self, boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
        return self.ops.nms(boxes, scores, iou_threshold)

    def forward(self, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        size = grid.height, grid.width
        return self.ops.roi_align(maps, rois, size, grid.scale, grid.sampling_ratio, grid.aligned)

    def backward(self, grad: Tensor, maps: Tensor, rois: Tensor, grid: Grid) -> Tensor:
        return torch.ops.torchvision._roi_align_backward(
            grad,
            rois,
            grid.scale,
            grid.height,
            grid.width,
            *maps.shape,
            grid.sampling_ratio,
            grid.aligned,
        )


def sources() -> dict[str, Ours | Compiled | Torchvision]:
    """Those that are installed, by the name of their column."""
    found = {}
    if operators_are_compiled():
        found['compiled'] = Compiled()
    if working_torchvision():
        found['torchvision'] = Torchvision()
    return {**found, 'ours': Ours()}
