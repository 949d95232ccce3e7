"""Where torchvision's operators work, they are used and give what ours give."""

from __future__ import annotations

import pytest
import torch
from test_nms import crowd
from test_roi_align import wild_rois

from projects.smn.ops import choice, deform_conv, nms, roi_align
from projects.smn.ops.roi_cells import Grid

pytestmark = pytest.mark.skipif(
    not choice.TORCHVISION, reason="torchvision's operators do not load here"
)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.3, 0.5, 0.7])
def test_nms_with_equal_scores_too(threshold, offset, dtype):
    boxes, scores = crowd(300, levels=10)
    boxes = boxes.round().to(dtype)
    expected = nms.nms(boxes, scores, threshold, offset)
    assert torch.equal(choice.nms(boxes, scores, threshold, offset), expected)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize('aligned', [False, True])
@pytest.mark.parametrize('ratio', [0, 1, 2])
def test_roi_align_and_its_gradient(ratio, aligned, dtype):
    grid = Grid(7, 5, 0.25, ratio, aligned)
    maps = torch.randn(2, 3, 24, 30).to(dtype).contiguous(memory_format=torch.channels_last)
    rois, grad = wild_rois(60, images=2).to(dtype), torch.randn(60, 3, 7, 5).to(dtype)
    outputs, gradients = [], []
    for module in (choice, roi_align):
        outputs.append(torch.zeros_like(grad))
        module.roi_align_forward(maps, rois, grid, outputs[-1])
        gradients.append(torch.zeros_like(maps, memory_format=torch.contiguous_format))
        module.roi_align_backward(grad, rois, grid, gradients[-1])
    torch.testing.assert_close(*outputs)
    torch.testing.assert_close(
        *gradients, rtol=1e-2 if dtype == torch.bfloat16 else 1e-4, atol=1e-4
    )


def test_deformable_convolution():
    maps, offset = torch.randn(2, 4, 8, 9), torch.randn(2, 2 * 9 * 2, 8, 9)
    mask, weight = torch.rand(2, 2 * 9, 8, 9), torch.randn(6, 2, 3, 3)
    arguments = maps, offset, weight, torch.randn(6), (1, 1), (1, 1), (1, 1), mask
    expected = deform_conv.deform_conv2d(*arguments)
    torch.testing.assert_close(choice.deform_conv2d(*arguments), expected, rtol=1e-4, atol=1e-4)
