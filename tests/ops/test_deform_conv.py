"""Deformable convolutions: without offsets an ordinary one, with whole offsets a shifted one."""

from __future__ import annotations

from functools import partial

import mmcv.ops
import pytest
import torch
from operators import needs_compiled, ours  # noqa: F401
from torch.nn.functional import conv2d, pad

from projects.smn.ops.deform_conv import deform_conv2d

SHAPES = [
    dict(),
    dict(stride=(2, 1), padding=(1, 2)),
    dict(dilation=(2, 2), padding=(2, 2)),
]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def layer(groups: int = 1, offset_groups: int = 1, dtype=torch.float32, size: int = 9, **steps):
    """Maps (2, 4, size, size + 1), a weight (6, 4 / groups, 3, 2), offsets of 0, a mask of 1."""
    maps = torch.randn(2, 4, size, size + 1, dtype=dtype)
    weight = torch.randn(6, 4 // groups, 3, 2, dtype=dtype)
    size = conv2d(maps, weight, groups=groups, **steps).shape[-2:]
    offset = torch.zeros(2, offset_groups * 3 * 2 * 2, *size, dtype=dtype)
    return maps, offset, weight, torch.ones(2, offset_groups * 3 * 2, *size, dtype=dtype)


@pytest.mark.parametrize('steps', SHAPES)
@pytest.mark.parametrize('groups', [1, 2])
@pytest.mark.parametrize('offset_groups', [1, 4])
def test_without_offsets_it_is_an_ordinary_convolution(groups, offset_groups, steps):
    maps, offset, weight, mask = layer(groups, offset_groups, **steps)
    bias = torch.randn(6)
    expected = conv2d(maps, weight, bias, groups=groups, **steps)
    for given in (None, mask):
        found = deform_conv2d(maps, offset, weight, bias, mask=given, **steps)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_whole_offsets_shift_the_map_and_let_zeros_in():
    maps, offset, weight, _ = layer()
    offset[:, 0::2], offset[:, 1::2] = 2, -1  # y, then x
    shifted = pad(maps, (1, 0, 0, 2))[..., 2:, :-1]
    found = deform_conv2d(maps, offset, weight)
    torch.testing.assert_close(found, conv2d(shifted, weight), rtol=1e-4, atol=1e-4)


def test_the_mask_is_a_factor_of_each_sample():
    maps, offset, weight, mask = layer(offset_groups=2)
    mask[:] = torch.rand(12)[:, None, None]
    factors = mask[0, :, 0, 0].view(2, 1, 3, 2).expand(2, 2, 3, 2).reshape(4, 3, 2)
    found = deform_conv2d(maps, offset, weight, mask=mask)
    torch.testing.assert_close(found, conv2d(maps, weight * factors), rtol=1e-4, atol=1e-4)


def moved(steps: dict, dtype=torch.float32, **options) -> list[torch.Tensor]:
    """The tensors of a layer with offsets and a mask at random, and a bias."""
    maps, offset, weight, mask = layer(2, 2, dtype, **options, **steps)
    offset = 2 * torch.randn_like(offset)
    bias = torch.randn(6, dtype=dtype)
    tensors = [maps, offset, torch.rand_like(mask), weight, bias]
    return [tensor.requires_grad_() for tensor in tensors]


def plain(maps, offset, weight, steps: dict) -> torch.Tensor:
    """mmcv's function without a mask."""
    order = [steps.get('stride', 1), steps.get('padding', 0), steps.get('dilation', 1)]
    return mmcv.ops.deform_conv2d(maps, offset, weight, *order, 2, 2)


def modulated(maps, offset, mask, weight, bias, steps: dict) -> torch.Tensor:
    order = [steps.get('stride', 1), steps.get('padding', 0), steps.get('dilation', 1)]
    return mmcv.ops.modulated_deform_conv2d(maps, offset, mask, weight, bias, *order, 2, 2)


@pytest.mark.usefixtures('ours')
@pytest.mark.parametrize('steps', SHAPES)
def test_gradients_pass_gradcheck(steps):
    maps, offset, mask, weight, bias = moved(steps, torch.float64, size=5)
    check = partial(torch.autograd.gradcheck, fast_mode=True)
    assert check(lambda *tensors: plain(*tensors, steps), (maps, offset, weight))
    assert check(lambda *t: modulated(*t, steps), (maps, offset, mask, weight, bias))
    assert check(lambda *t: modulated(*t, None, steps), (maps, offset, mask, weight))


@pytest.mark.usefixtures('ours')
def test_autocast_gives_what_its_inputs_allow():
    maps, offset, mask, weight, bias = moved({})
    expected = modulated(maps, offset, mask, weight, bias, {})
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(modulated(maps, offset, mask, weight, bias, {}), expected)
    # As in a network, where a convolution under autocast has made the offsets.
    half = modulated(maps, offset.bfloat16(), mask, weight, bias, {})
    assert half.dtype == torch.bfloat16
    half.sum().backward()


@needs_compiled
@pytest.mark.parametrize('steps', SHAPES)
def test_the_compiled_operators_give_the_same(steps, request):
    maps, offset, _, weight, _ = tensors = moved(steps)
    results = []
    for _ in range(2):
        outputs = plain(maps, offset, weight, steps), modulated(*tensors, steps)
        gradients = torch.autograd.grad([output.square().sum() for output in outputs], tensors)
        results.append([*outputs, *gradients])
        request.getfixturevalue('ours')  # from now on
    for expected, found in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
