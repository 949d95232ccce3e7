"""Whether a checkpoint is of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from torch import nn

from projects.smn.errors import UserError, listing


def without_balancer(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The state of what predicts, without that of the losses' balancer."""
    return {key: value for key, value in state_dict.items() if not key.startswith('balancer.')}


def check_architecture(model: nn.Module, checkpoint: dict, filename: str) -> None:
    """Check that a checkpoint has the model's parameters, all of them and no others.

    What belongs to training alone, the balancer, may differ.

    Raises:
        UserError: Otherwise; it names the first few that differ.
    """
    theirs = without_balancer(checkpoint['state_dict'])
    kinds = ('it lacks', 'it has too many:', 'other shapes:')
    differences = zip(kinds, _differences(model, theirs), strict=True)
    parts = [f'{kind} {listing(keys, 3)}' for kind, keys in differences if keys]
    if parts:
        raise UserError(f'{filename} is of another network than the config: {"; ".join(parts)}')


def describe_fit(model: nn.Module, state_dict: Mapping[str, Any]) -> str:
    """In one line, how much of a network there is in weights of another, and what is not."""
    missing, unexpected, reshaped = (
        [key for key in keys if not key.endswith('num_batches_tracked')]
        for keys in _differences(model, without_balancer(state_dict))
    )
    ours = [key for key, _ in model.named_parameters() if not key.startswith('balancer.')]
    loaded = len(set(ours) - {*missing, *reshaped})
    text = f'{loaded} of {len(ours)} parameters'
    for keys, why in (
        (missing, 'not in the file'),
        (reshaped, 'of another shape there'),
        (unexpected, 'in the file and not used'),
    ):
        text += f'; {why}: {_by_module(keys)}' if keys else ''
    return text


def _differences(model: nn.Module, theirs: Mapping[str, Any]) -> tuple[list[str], ...]:
    """The keys that weights lack, that they have too many, and that are of another shape."""
    ours = without_balancer(model.state_dict())
    return (
        [key for key in ours if key not in theirs],
        [key for key in theirs if key not in ours],
        [key for key in ours if key in theirs and theirs[key].shape != ours[key].shape],
    )


def _by_module(keys: Iterable[str]) -> str:
    """Such as ``roi_head.heads (24), bbox_head.rtm_cls (6)``."""
    counts = Counter('.'.join(key.split('.')[:2]) for key in keys)
    return ', '.join(f'{module} ({count})' for module, count in counts.items())
