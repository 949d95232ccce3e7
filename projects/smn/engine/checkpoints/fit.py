"""Whether a checkpoint is of a network."""

from __future__ import annotations

from collections.abc import Mapping
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
    ours = without_balancer(model.state_dict())
    missing = [key for key in ours if key not in theirs]
    unexpected = [key for key in theirs if key not in ours]
    reshaped = [key for key in ours if key in theirs and theirs[key].shape != ours[key].shape]
    parts = [
        f'{what} {listing(keys, 3)}'
        for what, keys in (
            ('it lacks', missing),
            ('it has too many:', unexpected),
            ('other shapes:', reshaped),
        )
        if keys
    ]
    if parts:
        raise UserError(f'{filename} is of another network than the config: {"; ".join(parts)}')
