"""Operators that torchvision has too: its own where they work, else ours. Chosen at import."""

from __future__ import annotations

from types import ModuleType

import torch
from torch import Tensor

from . import deform_conv as _deform_conv
from . import nms as _nms
from . import roi_align as _roi_align
from .precision import working_dtype
from .roi_cells import Grid, checked


def working_torchvision() -> ModuleType | None:
    """``torchvision.ops`` if its operators run, else None."""
    try:
        from torchvision import ops

        ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except Exception:  # a wheel for another torch fails in more ways than can be listed
        return None
    return ops


_OPS = working_torchvision()
TORCHVISION = ('nms', 'roi_align', 'deform_conv2d') if _OPS else ()


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Indices (K,) of the boxes that stay; see :func:`.nms.nms`."""
    if not _OPS or offset:
        return _nms.nms(boxes, scores, iou_threshold, offset)
    boxes = boxes.detach().to(working_dtype(boxes))
    # In the precision of the boxes, as mmcv compares.
    threshold = torch.tensor(iou_threshold, dtype=boxes.dtype).item()
    return _OPS.nms(boxes, scores.detach().to(boxes), threshold)


def deform_conv2d(*tensors: Tensor | None, **options) -> Tensor:
    """See :func:`.deform_conv.deform_conv2d`, whose arguments are torchvision's."""
    return (_OPS or _deform_conv).deform_conv2d(*tensors, **options)


def roi_align_forward(maps: Tensor, rois: Tensor, grid: Grid, output: Tensor) -> None:
    """Write into ``output``; see :func:`.roi_align.roi_align_forward`."""
    if not _OPS:
        return _roi_align.roi_align_forward(maps, rois, grid, output)
    maps = maps.detach().to(working_dtype(maps))
    rois = checked(rois, len(maps)).to(maps)  # torchvision's would read beyond the maps
    size, ratio = (grid.height, grid.width), grid.sampling_ratio
    output.copy_(_OPS.roi_align(maps, rois, size, grid.scale, ratio, grid.aligned))


def roi_align_backward(grad: Tensor, rois: Tensor, grid: Grid, grad_maps: Tensor) -> None:
    """Write into ``grad_maps``; see :func:`.roi_align.roi_align_backward`."""
    if not _OPS:
        return _roi_align.roi_align_backward(grad, rois, grid, grad_maps)
    grad = grad.to(working_dtype(grad))
    rois = checked(rois, len(grad_maps)).to(grad)
    size, ratio = (grid.height, grid.width), grid.sampling_ratio
    grad_maps.copy_(
        # The function that torchvision's own autograd calls.
        torch.ops.torchvision._roi_align_backward(
            grad, rois, grid.scale, *size, *grad_maps.shape, ratio, grid.aligned
        )
    )
