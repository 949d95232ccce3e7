"""What mmcv asks its C++ extension for, by the same names and arguments."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from projects.smn.errors import UserError

from . import nms as _nms
from .roi_align import Grid, roi_align
from .roi_align import roi_align_backward as _backward


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    return _nms.nms(boxes, scores, iou_threshold, offset)


def roi_align_forward(
    input,
    rois,
    output,
    argmax_y,
    argmax_x,
    aligned_height,
    aligned_width,
    spatial_scale,
    sampling_ratio,
    pool_mode,
    aligned,
) -> None:
    grid = Grid(aligned_height, aligned_width, spatial_scale, sampling_ratio, aligned)
    output.copy_(roi_align(input, rois, grid))


def roi_align_backward(
    grad_output,
    rois,
    argmax_y,
    argmax_x,
    grad_input,
    aligned_height,
    aligned_width,
    spatial_scale,
    sampling_ratio,
    pool_mode,
    aligned,
) -> None:
    grid = Grid(aligned_height, aligned_width, spatial_scale, sampling_ratio, aligned)
    grad_input.copy_(_backward(grad_output, rois, grid, grad_input.shape))


def __getattr__(name: str) -> Callable:
    if name.startswith('__'):
        raise AttributeError(name)

    def missing(*args, **kwargs):
        raise UserError(
            f'the operator {name} of mmcv is not among those in PyTorch: install the compiled '
            'mmcv with `make env MMCV_OPS=1`, or a build of onedl-mmcv for your torch and CUDA'
        )

    return missing
