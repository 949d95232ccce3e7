"""How a network takes its pixels: part of what its weights mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mmengine.model import ImgDataPreprocessor
from torch import nn

from projects.smn.errors import UserError


def pixels_of(model: nn.Module) -> dict[str, Any] | None:
    """What a network does to the values of an image first, as a checkpoint keeps it in ``meta``.

    Returns:
        ``mean`` and ``std`` of each channel, empty where nothing is normalised; ``swapped``,
        whether red and blue change places. ``None`` for a preprocessor of another kind.
    """
    found = getattr(model, 'data_preprocessor', None)
    if not isinstance(found, ImgDataPreprocessor):
        return None
    values = {
        key: getattr(found, key).flatten().tolist() if found._enable_normalize else []
        for key in ('mean', 'std')
    }
    return {**values, 'swapped': found._channel_conversion}


def check_pixels(model: nn.Module, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Check that images are normalised as they were in the training.

    Raises:
        UserError: If they are not. A checkpoint that does not say it is not asked.
    """
    meta = checkpoint.get('meta')
    ours, theirs = pixels_of(model), meta.get('pixels') if isinstance(meta, Mapping) else None
    if ours is None or not _is_sound(theirs) or _alike(ours, theirs):
        return
    raise UserError(
        f'the data_preprocessor of the config has {_shown(ours)}, and {filename} was trained with '
        f'{_shown(theirs)}: to the network, the colours of an image would be others'
    )


def _is_sound(said: Any) -> bool:
    """A checkpoint is data, and may say anything."""
    if not isinstance(said, Mapping) or not isinstance(said.get('swapped'), bool):
        return False
    lists = [said.get(key) for key in ('mean', 'std')]
    return all(isinstance(v, list) and all(type(n) in (int, float) for n in v) for v in lists)


def _alike(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    pairs = [(ours[key], theirs[key]) for key in ('mean', 'std')]
    return ours['swapped'] == theirs['swapped'] and all(
        len(one) == len(other)
        and all(math.isclose(a, b, rel_tol=1e-5) for a, b in zip(one, other, strict=True))
        for one, other in pairs
    )


def _shown(pixels: Mapping[str, Any]) -> str:
    mean, std = ([round(n, 3) for n in pixels[key]] for key in ('mean', 'std'))
    return f'mean={mean}, std={std}, red and blue {"" if pixels["swapped"] else "not "}swapped'
