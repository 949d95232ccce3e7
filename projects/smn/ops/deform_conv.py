"""Deformable convolution: an ordinary one whose samples are moved by offsets.

Dai et al., Deformable convolutional networks, https://arxiv.org/abs/1703.06211; with a mask,
Zhu et al., https://arxiv.org/abs/1811.11168.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

Pair = tuple[int, int]


def deform_conv2d(
    maps: Tensor,
    offset: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    mask: Tensor | None = None,
) -> Tensor:
    """Convolve maps (B, C, H, W) to (B, O, H', W'); the arguments are torchvision's.

    Args:
        offset: (B, G * kernel * 2, H', W'): by how many pixels each sample moves, y before x, for
            each of G groups of channels. Outside of the map is 0.
        weight: (O, C / groups, kernel height, kernel width).
        mask: (B, G * kernel, H', W'), by which samples are multiplied.
    """
    kernel = weight.shape[-2:]
    # Autocast would take the product of matrices to half precision behind the caller's back.
    with torch.autocast(maps.device.type, enabled=False):
        places = sample_places(offset, kernel, stride, padding, dilation)
        columns = sampled(maps, places)
        if mask is not None:
            shares = mask.unflatten(1, (places.shape[1], 1, -1))
            columns = (columns.unflatten(1, (places.shape[1], -1)) * shares).flatten(1, 2)
        groups = maps.shape[1] // weight.shape[1]
        matrix = weight.reshape(groups, len(weight) // groups, -1)
        output = matrix @ columns.reshape(len(maps), groups, matrix.shape[-1], -1)
        output = output.view(len(maps), len(weight), *offset.shape[-2:])
        return output if bias is None else output + bias[:, None, None]


def sample_places(
    offset: Tensor, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
) -> Tensor:
    """Where samples are taken: (B, G, kernel, H', W', 2), y before x, in pixels."""
    places = offset.unflatten(1, (-1, *kernel, 2)).movedim(4, -1)
    axes = []
    for taps, size, step, pad, apart in zip(
        kernel, offset.shape[-2:], stride, padding, dilation, strict=True
    ):
        corners = torch.arange(size, device=offset.device) * step - pad
        axes.append((torch.arange(taps, device=offset.device) * apart)[:, None] + corners)
    y, x = axes
    y, x = y[:, None, :, None], x[None, :, None, :]
    return (places + torch.stack(torch.broadcast_tensors(y, x), -1)).flatten(2, 3)


def sampled(maps: Tensor, places: Tensor) -> Tensor:
    """Bilinear samples (B, C, kernel, H', W') of maps at places (B, G, kernel, H', W', 2)."""
    batch, groups, kernel, height, width, _ = places.shape
    size = torch.tensor(maps.shape[-2:], device=maps.device)
    grid = ((2 * places + 1) / size - 1).flip(-1).reshape(batch * groups, -1, width, 2)
    maps = maps.reshape(batch * groups, -1, *maps.shape[-2:])
    samples = grid_sample(maps, grid.to(maps.dtype), align_corners=False)
    return samples.view(batch, -1, kernel, height, width)
