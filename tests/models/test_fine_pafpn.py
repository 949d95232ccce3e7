"""RTMDet's neck with a finer map for the heads of tasks."""

from __future__ import annotations

import pytest
import torch
from mmdet.models.necks import CSPNeXtPAFPN

from projects.smn.models import FineCSPNeXtPAFPN

CHANNELS, OPTIONS = [8, 12, 16, 24], dict(out_channels=16, num_csp_blocks=1)


def maps(height: int, width: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    sizes = [(-(-height // stride), -(-width // stride)) for stride in (4, 8, 16, 32)]
    return tuple(torch.randn(2, c, *size) for c, size in zip(CHANNELS, sizes, strict=True))


def test_the_other_maps_are_those_of_the_neck_itself():
    neck = FineCSPNeXtPAFPN(CHANNELS, **OPTIONS).eval()
    stock = CSPNeXtPAFPN(CHANNELS[1:], **OPTIONS).eval()
    missing, extra = stock.load_state_dict(neck.state_dict(), strict=False)
    assert not missing
    assert all(key.startswith('fine.') for key in extra)
    given = maps(64, 96)
    for found, expected in zip(neck(given)[1:], stock(given[1:]), strict=True):
        assert torch.equal(found, expected)


@pytest.mark.parametrize('size', [(64, 96), (32, 32)])
def test_the_finest_has_a_stride_of_four_and_learns_from_both(size):
    neck, given = FineCSPNeXtPAFPN(CHANNELS, **OPTIONS), maps(*size)
    fine = neck(given)[0]
    assert fine.shape == (2, 16, size[0] // 4, size[1] // 4)
    fine.square().sum().backward()
    assert neck.fine.conv.weight.grad.any()
    assert neck.out_convs[0].conv.weight.grad.any()
