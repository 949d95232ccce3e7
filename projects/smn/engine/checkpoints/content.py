"""What has been read from a checkpoint, checked value by value."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from .errors import CheckpointError, more_than_weights
from .records import ArrayRecord, HistoryRecord, ScalarRecord

ATOMS = (str, bytes, int, float, bool, type(None), torch.dtype, torch.device, torch.Size)
RECORDS = (ArrayRecord, HistoryRecord, ScalarRecord)
DEEPEST = 50


def plain(value: Any, depth: int = 0, seen: dict[int, Any] | None = None) -> Any:
    """Check that a value consists of dictionaries, lists, numbers, text and tensors alone.

    Args:
        value: What was read. Its dictionaries and lists are changed in place.
        depth: How many containers it lies in.
        seen: What has become of the containers that were met, by identity: one may be met often.

    Returns:
        The value, with what records stand for.

    Raises:
        CheckpointError: If there is anything else in it, or it holds itself.
    """
    seen = {} if seen is None else seen
    if type(value) in ATOMS:
        return value
    if type(value) in (Tensor, nn.Parameter):
        return _dense(value)
    if depth > DEEPEST:  # also where a list holds itself
        raise CheckpointError(f'it nests more than {DEEPEST} containers')
    if id(value) not in seen:
        seen[id(value)] = (_plain_inside(value, depth + 1, seen), value)  # kept, so that ids last
    return seen[id(value)][0]


def _plain_inside(value: Any, depth: int, seen: dict[int, Any]) -> Any:
    if type(value) in RECORDS:
        return value.real()
    if type(value) in (dict, OrderedDict, Counter):
        for key, inner in value.items():
            if plain(key, depth, seen) is not key:
                raise more_than_weights(f'a {type(key).__name__} as a key')
            value[key] = plain(inner, depth, seen)
        return value
    if type(value) is list:
        value[:] = [plain(inner, depth, seen) for inner in value]
        return value
    if type(value) in (tuple, set):
        return type(value)([plain(inner, depth, seen) for inner in value])
    raise more_than_weights(f'an object of {type(value).__qualname__}')


def _dense(tensor: Tensor) -> Tensor:
    kinds = {
        'sparse': tensor.layout != torch.strided,
        'complex': tensor.is_complex(),
        'quantised': tensor.is_quantized,
        'nested': tensor.is_nested,
        'meta': tensor.is_meta,
    }
    if found := next((kind for kind, is_one in kinds.items() if is_one), None):
        raise CheckpointError(f'it holds a {found} tensor, which no network here has')
    return tensor


def weights_of(checkpoint: Any) -> dict[str, Tensor]:
    """The weights: under ``state_dict``, or ``model`` as other projects call it, or all there is.

    Returns:
        By name, without the prefix of a model that was saved inside its distributed wrapper.

    Raises:
        CheckpointError: If they are not tensors by name.
    """
    what, weights = 'it', checkpoint
    if isinstance(checkpoint, dict):
        key = next((key for key in ('state_dict', 'model') if key in checkpoint), None)
        what, weights = (f'its {key}', checkpoint[key]) if key else (what, weights)
    if not isinstance(weights, dict):
        raise CheckpointError(f'{what} is a {type(weights).__name__} and not weights by name')
    for name, weight in weights.items():
        if not isinstance(name, str):
            raise CheckpointError(f'{what} has the key {name!r:.40}, which is no name of a weight')
        if not isinstance(weight, Tensor):
            raise CheckpointError(
                f'{what} has a {type(weight).__name__} under {name!r:.60}, not a tensor'
            )
    return {name.removeprefix('module.'): weight for name, weight in weights.items()}
