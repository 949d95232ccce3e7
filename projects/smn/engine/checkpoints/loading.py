"""The one function that reads a checkpoint."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import _weights_only_unpickler as unpickler

from projects.smn.errors import UserError

from .archive import MAGIC, check_archive
from .content import PlainValues, weights_of
from .harmless import harmless
from .legacy import check_legacy
from .names import OF_PYTORCH
from .refusal import DAMAGED, CheckpointError, Room
from .stand_ins import StandIns
from .url import cached_checkpoint
from .zoo import BACKBONES_ONLY, address_of

_ONE_AT_A_TIME = threading.Lock()  # PyTorch's names are those of the whole process


def load_checkpoint_file(
    filename: str | Path, map_location: str | torch.device | Callable = 'cpu'
) -> dict[str, Any]:
    """Read a checkpoint; what a file may hold besides weights is refused and never run.

    Args:
        filename: A file that PyTorch or safetensors wrote, its http(s) URL as
            :func:`~.url.cached_checkpoint` takes it, or a name of a model zoo as
            :func:`~.zoo.address_of` takes it.
        map_location: As in ``torch.load``.

    Returns:
        The checkpoint, with its weights by name in ``state_dict``, and without what others would
        run or remove, see :func:`~.harmless.harmless`.

    Raises:
        UserError: If there is no such file, or it is no checkpoint, is damaged, or holds more than
            weights and the plain values that a run is resumed from.
    """
    name, path = _find(str(filename))
    try:
        content = _read(path, map_location)
        weights = weights_of(content)
    except OSError as error:
        raise UserError(f'{name} cannot be read: {error.strerror or error}') from None
    except CheckpointError as refusal:
        raise UserError(f'{name} cannot be loaded as a checkpoint: {refusal}') from None
    except Exception:  # any file may be given, and the readers may stumble anywhere
        raise UserError(f'{name} cannot be loaded as a checkpoint: {DAMAGED}') from None
    if name.startswith(BACKBONES_ONLY):
        of_backbone = [key for key in weights if key.startswith('backbone.')]
        weights = {key.removeprefix('backbone.'): weights[key] for key in of_backbone}
    others = harmless(content) if 'state_dict' in content else {}
    return {**others, 'state_dict': weights}


def _find(name: str) -> tuple[str, Path]:
    """The file of a checkpoint, and what to call it in an error."""
    address = address_of(name)
    path = Path(address).expanduser()
    if '://' in address:
        path = cached_checkpoint(address)
        name = f'{name} (fetched to {path})'
    if not path.is_file():
        raise UserError(f'there is no checkpoint {name}')
    return name, path


def _read(path: Path, map_location: Any) -> Any:
    """What is in a file, checked, whichever of the three formats it is of."""
    with path.open('rb') as file:
        room = Room(os.fstat(file.fileno()).st_size)
        values = PlainValues(room)
        head = file.read(9)
        file.seek(0)
        if head[8:] == b'{':  # behind the length of its JSON header
            # A function is never asked: those of mmengine leave all on the CPU.
            device = map_location if isinstance(map_location, (str, torch.device)) else 'cpu'
            return values.checked(load_file(path, str(device)))
        if head.startswith(MAGIC):
            check_archive(file, room)
        else:
            check_legacy(file, room)
        file.seek(0)
        with _only_names_of(StandIns(room)):
            content = torch.load(file, map_location=map_location, weights_only=True)
        return values.checked(content)


@contextmanager
def _only_names_of(stand_ins: StandIns) -> Iterator[None]:
    """Let PyTorch's safe loading know our names alone.

    It takes further names, but has no way to take fewer, nor others for those that it knows, which
    come first. So its two functions are replaced for a while.
    """
    with _ONE_AT_A_TIME:
        theirs = unpickler._get_allowed_globals, unpickler._get_user_allowed_globals
        needed = {name: what for name, what in theirs[0]().items() if OF_PYTORCH.fullmatch(name)}
        ours = needed | stand_ins.by_name()
        unpickler._get_allowed_globals, unpickler._get_user_allowed_globals = lambda: ours, dict
        try:
            yield
        finally:
            unpickler._get_allowed_globals, unpickler._get_user_allowed_globals = theirs
