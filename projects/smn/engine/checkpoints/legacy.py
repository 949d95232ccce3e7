"""The files that PyTorch before 1.6 wrote, checked before it reads them."""

from __future__ import annotations

from typing import BinaryIO

from .outline import Outline
from .refusal import DAMAGED, CheckpointError, Room

MAGIC = b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'  # the first pickle, a number


def check_legacy(file: BinaryIO, room: Room) -> None:
    """Check the five pickles of a file: magic, version, system, content, keys of storages.

    The numbers of the storages follow. They have no checksum: a flipped bit is another weight.

    Raises:
        CheckpointError: If one names more than weights need, or the file is no such file.
        Exception: As :class:`.outline.Outline`.
    """
    is_legacy = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    outlines = [Outline(file, room) for _ in range(5 if is_legacy else 1)]
    # A storage without a key would be left as memory happens to be.
    if not is_legacy or outlines[3].storages != outlines[4].texts:
        raise CheckpointError(DAMAGED)
