"""What mmcv asks its C++ extension for, by the same names and arguments.

Names of arguments are mmcv's, which passes most of them by name. Functions write into the tensors
that mmcv has made for their results.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from projects.smn.errors import UserError

from . import choice, focal_loss
from .choice import nms
from .deform_conv_extension import (
    deform_conv_backward_input,
    deform_conv_backward_parameters,
    deform_conv_forward,
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
)
from .roi_cells import Grid
from .soft_nms import soft_nms

__all__ = [
    'deform_conv_backward_input',
    'deform_conv_backward_parameters',
    'deform_conv_forward',
    'get_compiler_version',
    'get_compiling_cuda_version',
    'modulated_deform_conv_backward',
    'modulated_deform_conv_forward',
    'nms',
    'roi_align_backward',
    'roi_align_forward',
    'sigmoid_focal_loss_backward',
    'sigmoid_focal_loss_forward',
    'softnms',
]

AVERAGE = 1


def __getattr__(name: str) -> Callable:
    """Any other operator: one can ask for it, as ``mmcv.ops`` does for all, but not call it."""
    if name.startswith('__'):
        raise AttributeError(name)

    def missing(*args, **kwargs):
        raise UserError(absent(name))

    return missing


def absent(operator: str) -> str:
    return (
        f'{operator} is not among the operators of mmcv in PyTorch: compile mmcv with '
        '`make env MMCV_OPS=1`, or install a compiled build of onedl-mmcv for your torch and CUDA'
    )


def get_compiler_version() -> str:
    return 'none'


def get_compiling_cuda_version() -> str:
    return 'none'


def softnms(
    boxes: Tensor,
    scores: Tensor,
    dets: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> Tensor:
    found, indices = soft_nms(boxes, scores, iou_threshold, sigma, min_score, method, offset)
    dets[: len(found)] = found
    return indices


def roi_align_forward(
    input: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    if pool_mode != AVERAGE:
        raise UserError(absent("roi_align with pool_mode='max'"))
    grid = Grid(aligned_height, aligned_width, spatial_scale, sampling_ratio, aligned)
    choice.roi_align_forward(input, rois, grid, output)


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    grid = Grid(aligned_height, aligned_width, spatial_scale, sampling_ratio, aligned)
    choice.roi_align_backward(grad_output, rois, grid, grad_input)


def sigmoid_focal_loss_forward(
    input: Tensor, target: Tensor, weight: Tensor, output: Tensor, gamma: float, alpha: float
) -> None:
    output.copy_(focal_loss.sigmoid_focal_loss(input, target, weight, gamma, alpha))


def sigmoid_focal_loss_backward(
    input: Tensor, target: Tensor, weight: Tensor, grad_input: Tensor, gamma: float, alpha: float
) -> None:
    grad_input.copy_(focal_loss.sigmoid_focal_loss_gradient(input, target, weight, gamma, alpha))
