"""What has been read from a checkpoint, checked value by value."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from reprlib import repr as short
from typing import Any

import torch
from torch import Tensor, nn

from .records import ArrayRecord, DtypeRecord, HistoryRecord, ScalarRecord
from .refusal import CheckpointError, Room, more_than_weights
from .stand_ins import ATOMS

RECORDS = (ArrayRecord, DtypeRecord, HistoryRecord, ScalarRecord)
DEEPEST = 50
WEIGHTS = ('state_dict', 'model', 'model_state_dict')  # as others call it
DTYPES = re.compile(r'torch\.(float(16|32|64)|bfloat16|float8_\w+|u?int(8|16|32|64)|bool)')


class PlainValues:
    """Checks that values consist of dictionaries, lists, numbers, text and dense tensors alone.

    Args:
        room: What may be made of the file.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        # What has become of the containers that were met, by identity: one may be met often. They
        # are kept beside it, so that their identities last.
        self._seen: dict[int, tuple[Any, Any]] = {}

    def checked(self, value: Any, depth: int = 0) -> Any:
        """A value with what records stand for; dictionaries and lists are changed in place.

        Args:
            value: What was read.
            depth: How many containers it lies in.

        Raises:
            CheckpointError: If there is anything else in it, or it holds itself.
        """
        if type(value) in ATOMS or type(value) is torch.Size:
            return value
        if type(value) in (Tensor, nn.Parameter):
            return _dense(value)
        if depth > DEEPEST:  # also where a list holds itself
            raise CheckpointError(f'it nests more than {DEEPEST} containers')
        if id(value) not in self._seen:
            self._seen[id(value)] = (self._inside(value, depth + 1), value)
        return self._seen[id(value)][0]

    def _inside(self, value: Any, depth: int) -> Any:
        if type(value) in RECORDS:
            return value.real(self.room)
        if type(value) is OrderedDict:
            vars(value).clear()  # a pickle can give it attributes, such as another `items`
        if type(value) in (dict, OrderedDict, Counter):
            for key, inner in value.items():
                if type(key) not in ATOMS:
                    raise more_than_weights(f'a {type(key).__name__} as a key')
                value[key] = self.checked(inner, depth)
            return value
        if type(value) is list:
            value[:] = [self.checked(inner, depth) for inner in value]
            return value
        if type(value) in (tuple, set):
            return type(value)([self.checked(inner, depth) for inner in value])
        raise more_than_weights(f'an object of {type(value).__qualname__}')


def _dense(tensor: Tensor) -> Tensor:
    kinds = {
        'sparse': tensor.layout != torch.strided,
        'complex': tensor.is_complex(),
        'quantised': tensor.is_quantized,
        'nested': tensor.is_nested,
        'meta': tensor.is_meta,
        # There are smaller ones, which cannot be copied to a network.
        str(tensor.dtype): not DTYPES.fullmatch(str(tensor.dtype)),
    }
    if found := next((kind for kind, is_one in kinds.items() if is_one), None):
        raise CheckpointError(f'it holds a {found} tensor, which no network here has')
    return tensor


def weights_of(checkpoint: Any) -> dict[str, Tensor]:
    """The weights: under one of :data:`WEIGHTS`, or all there is.

    Returns:
        By name, without the prefix of a model that was saved inside its distributed wrapper.

    Raises:
        CheckpointError: If they are not tensors by name.
    """
    what, weights = 'it', checkpoint
    if isinstance(checkpoint, dict):
        key = next((key for key in WEIGHTS if key in checkpoint), None)
        what, weights = (f'its {key}', checkpoint[key]) if key else (what, weights)
    if not isinstance(weights, dict):
        raise CheckpointError(f'{what} is of type {type(weights).__name__}, not weights by name')
    for name, weight in weights.items():
        if not isinstance(name, str):
            raise CheckpointError(f'{what} has the key {short(name)}, which is no name of a weight')
        if not isinstance(weight, Tensor):
            kind = type(weight).__name__
            raise CheckpointError(
                f'{what} has no tensor under {short(name)}, but a value of type {kind}'
            )
    return {name.removeprefix('module.'): weight for name, weight in weights.items()}
