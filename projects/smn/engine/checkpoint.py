"""Checkpoints: loaded without running them, and compared with the network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

import torch
from mmengine.runner.checkpoint import get_torch_safe_globals
from torch import nn

from projects.smn.errors import UserError, listing

from .checkpoint_url import cached_checkpoint

# How torch names what a file wants to run.
GLOBAL = re.compile(r'GLOBAL (\S+) was not an allowed')


def load_checkpoint_file(filename: str, map_location: str | Callable = 'cpu') -> dict:
    """Read a checkpoint with ``weights_only``.

    mmengine's loader falls back to running the pickle when this fails; this one does not.

    Args:
        filename: A file, or a URL as :func:`~.checkpoint_url.cached_checkpoint` takes it.
        map_location: As in ``torch.load``.

    Returns:
        The checkpoint, with a ``state_dict``.

    Raises:
        UserError: If there is no such file, or it is no checkpoint, or holds more than weights.
    """
    path = filename
    if '://' in str(filename):
        path = cached_checkpoint(filename)
        filename = f'{filename} (fetched to {path})'
    if not os.path.isfile(path):
        raise UserError(f'there is no checkpoint {filename}')
    try:
        with torch.serialization.safe_globals(get_torch_safe_globals()):
            checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    except OSError as error:
        raise UserError(f'{filename} cannot be read: {error.strerror or error}') from None
    except Exception as error:  # its unpickler takes any file for one, and may stumble anywhere
        reason = next((g for g in GLOBAL.findall(str(error))), None)
        reason = f'it holds code ({reason}) beside weights' if reason else 'it is damaged'
        raise UserError(f'{filename} cannot be loaded as a checkpoint: {reason}') from None
    if not isinstance(checkpoint, dict):
        raise UserError(f'{filename} is no checkpoint: it holds a {type(checkpoint).__name__}')
    if 'state_dict' not in checkpoint:
        checkpoint = dict(state_dict=checkpoint)
    weights = checkpoint['state_dict']
    # A model that was saved inside its distributed wrapper.
    checkpoint['state_dict'] = {key.removeprefix('module.'): weights[key] for key in weights}
    return checkpoint


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
