"""Batch norms that became part of the convolutions before them: less to compute at each image."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import suppress

import torch
from mmcv.cnn import fuse_conv_bn
from torch import Tensor, nn

PROBE = 128
"""Side of the image that is tried, in pixels."""
TOLERANCE = 1e-3
"""The largest difference that counts as rounding, as a share of the largest number of a map."""


def fold_batch_norm(model: nn.Module) -> None:
    """Fold the batch norms of a trained detector's backbone and neck, in place.

    mmcv takes a norm for that of the convolution which was named before it, which need not be so
    in a module that somebody has written. So both are asked about a small image before and after,
    and a part whose maps differ, or that cannot take such an image, stays as it was. Heads may
    share convolutions among norms, and are left alone, as is a neck of theirs alone.

    Args:
        model: In evaluation mode. Its state dict has other keys afterwards.
    """
    with suppress(RuntimeError, ValueError, AssertionError):  # what modules say of a wrong size
        _fold(model)


def _fold(model: nn.Module) -> None:
    device = next(model.parameters()).device
    maps = [torch.rand(1, 3, PROBE, PROBE, generator=torch.Generator().manual_seed(0)).to(device)]
    for name in ('backbone', 'neck'):
        part = getattr(model, name, None)
        if part is None:
            continue
        given = maps[0] if name == 'backbone' else tuple(maps)
        with torch.no_grad():
            maps = part(given)
            if _can_fold(part):
                folded = fuse_conv_bn(copy.deepcopy(part))
                if _alike(maps, folded(given)):
                    setattr(model, name, folded)


def _can_fold(part: nn.Module) -> bool:
    """Whether it has a batch norm, and all have the numbers that are folded."""
    norms = [m for m in part.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    return bool(norms) and all(m.affine and m.track_running_stats for m in norms)


def _alike(first: Sequence[Tensor], second: Sequence[Tensor]) -> bool:
    pairs = zip(first, second, strict=True)
    return all((a - b).abs().max() <= TOLERANCE * a.abs().max() + 1e-6 for a, b in pairs)
