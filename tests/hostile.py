"""Files that try to run something when they are loaded."""

from __future__ import annotations

import os
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.logging import HistoryBuffer
from torch import nn
from torch._tensor import _rebuild_from_type_v2

from projects.smn.engine import load_checkpoint_file
from projects.smn.errors import UserError


class Call:
    """Calls a function when it is unpickled."""

    def __init__(self, function: Callable, *args: Any) -> None:
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


def touch(marker: Path) -> Call:
    """The plain bomb."""
    return Call(os.system, f'touch {marker}')


def chain(marker: Path) -> Call:
    """From a class that mmengine allows to a shell, by names that it and PyTorch allow alone.

    ``_rebuild_from_type_v2`` calls whatever it is given, if it is told the type of the result.
    """
    namespace = Call(getattr, Call(getattr, HistoryBuffer, '__init__'), '__globals__')
    kind_of_dict = Call(getattr, OrderedDict, '__base__')
    kind_of_function = Call(getattr, getattr, '__class__')
    kind_of_int = Call(getattr, 1, '__class__')

    def invoke(function: Call, kind: Call, *args: Any) -> Call:
        return Call(_rebuild_from_type_v2, function, kind, args, None)

    builtins = invoke(Call(getattr, namespace, 'get'), kind_of_dict, '__builtins__')
    evaluate = invoke(Call(getattr, builtins, 'get'), kind_of_function, 'eval')
    return invoke(evaluate, kind_of_int, f'__import__("os").system("touch {marker}")')


def save(path: Path, **further: Any) -> Path:
    """A checkpoint with valid weights, and whatever else."""
    torch.save(dict(state_dict=nn.Linear(2, 3).state_dict(), **further), path)
    return path


def rezip(
    source: Path,
    target: Path,
    change: Callable[[str, bytes], bytes] = lambda name, content: content,
    compression: int = zipfile.ZIP_STORED,
    root: str | None = None,
) -> Path:
    """A copy of a checkpoint, each member changed by name and content."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, 'w', compression) as new:
        for name in old.namelist():
            folder, _, rest = name.partition('/')
            new.writestr(f'{root or folder}/{rest}', change(name, old.read(name)))
    return target


def refusal(path: Path) -> str:
    """The sentence by which a file is refused."""
    with pytest.raises(UserError) as error:
        load_checkpoint_file(path)
    assert '\n' not in str(error.value)
    assert str(error.value).startswith(f'{path} cannot be loaded as a checkpoint: ')
    return str(error.value)


def two_in_one(seen_by_python: Path, seen_by_pytorch: Path, target: Path) -> Path:
    """One archive of two, of members of the same names; each reader follows another directory.

    The end of the archive says where its directory is. PyTorch's reader believes it, Python's takes
    what lies before the end, and shifts all places by how far that is from where it is said to be.
    """
    ours, our_directory = _split(seen_by_python.read_bytes())
    theirs, their_directory = _split(seen_by_pytorch.read_bytes())
    size, count = len(their_directory), their_directory.count(b'PK\1\2')
    body = theirs + ours
    end = struct.pack('<4s4H2LH', b'PK\5\6', 0, 0, count, count, size, len(body), 0)
    ours_moved = _moved(our_directory, len(theirs) - size)
    target.write_bytes(body + their_directory + ours_moved + end)
    return target


def _split(archive: bytes) -> tuple[bytes, bytes]:
    """The members of an archive and its directory."""
    *_, size, start, _ = struct.unpack('<4s4H2LH', archive[-22:])
    return archive[:start], archive[start : start + size]


def _moved(directory: bytes, by: int) -> bytes:
    """A directory of members that lie elsewhere."""
    moved, place = bytearray(directory), 0
    while place < len(moved):
        lengths = struct.unpack_from('<3H', moved, place + 28)
        (start,) = struct.unpack_from('<L', moved, place + 42)
        struct.pack_into('<L', moved, place + 42, start + by)
        place += 46 + sum(lengths)
    return bytes(moved)


def with_instructions(folder: Path, instructions: bytes) -> Path:
    """A checkpoint with valid weights, and under ``extra`` what these make of a pickle's stack."""
    key = b'X\x05\0\0\0extra'
    return rezip(
        save(folder / 'valid.pth'),
        folder / 'a.pth',
        lambda name, content: (
            content[:-1] + key + instructions + b's.' if '.pkl' in name else content
        ),
    )


def keep(number: int) -> bytes:
    """Keep the top of the stack under a number."""
    return b'r' + (10**6 + number).to_bytes(4, 'little')


def recall(number: int) -> bytes:
    """Put what was kept on the stack."""
    return b'j' + (10**6 + number).to_bytes(4, 'little')


def text(content: str) -> bytes:
    """Put a text on the stack."""
    return b'X' + len(content).to_bytes(4, 'little') + content.encode()


# A tuple of twice a tuple of twice a tuple ...: small in a file, endless to walk.
DOUBLED = b'K\x01' + b''.join(keep(n) + recall(n) + b'\x86' for n in range(60))
# A megabyte as a thousand values, each a copy if it is made anew.
MEGABYTE = b'c_codecs\nencode\n' + keep(0) + text('a' * 10**6) + keep(1) + text('latin1') + keep(2)
MANY_BYTES = (
    b'](' + MEGABYTE + b'\x86R' + (recall(0) + recall(1) + recall(2) + b'\x86R') * 999 + b'e'
)
STATE = (  # version, shape, dtype, order, content
    (b'(K\x01J' + (10**6).to_bytes(4, 'little') + b'\x85cnumpy\ndtype\n' + text('u1') + b'\x85R')
    + (b'\x89' + MEGABYTE + b'\x86Rt')
)
MANY_ARRAYS = (
    (b'](cnumpy._core.multiarray\n_reconstruct\n' + keep(3) + b')R' + STATE + keep(4) + b'b')
    + (recall(3) + b')R' + recall(4) + b'b') * 999
    + b'e'
)
