"""The zip archives in which PyTorch writes checkpoints since 1.6, checked before it reads them."""

from __future__ import annotations

import os
import re
import struct
import zipfile
from typing import BinaryIO

from .outline import Outline
from .refusal import DAMAGED, CheckpointError, Room, more_than_weights

MAGIC = b'PK\x03\x04'
# The records at the end of an archive that has no comment; see APPNOTE.TXT of PKWARE, 4.3.14 to 16.
END = struct.Struct('<4s4H2LH')
LOCATOR = struct.Struct('<4sLQL')
END_64 = struct.Struct('<4sQ2H2L4Q')
IS_FOLDER = 0x10  # of the attributes of MS-DOS; the reader of PyTorch believes it


def check_archive(file: BinaryIO, room: Room) -> None:
    """Check an archive and its pickles; all is read, and nothing made of it.

    PyTorch reads what is compressed, which may be a thousand times as large in memory as the file,
    and ignores checksums, so that a flipped bit is another weight. It writes neither. Where an
    archive could be read in two ways, by its reader and by Python's, it is refused.

    Raises:
        CheckpointError: If the archive is compressed, ambiguous, damaged, or holds a program.
        Exception: What Python's reader raises for archives that are damaged otherwise.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if archive.start_dir != _start_of_directory(file):
            raise CheckpointError(DAMAGED)
        _check_members(members, os.fstat(file.fileno()).st_size)
        if part := archive.testzip():
            raise CheckpointError(
                f'it is damaged, or was saved without checksums: that of {part!r:.40} is wrong'
            )
        root = members[0].filename.partition('/')[0]
        names = {member.filename.removeprefix(f'{root}/') for member in members}
        storages = {name.removeprefix('data/') for name in names if name.startswith('data/')}
        # As PyTorch counts them; letters could be spelt in two ways.
        if not all(re.fullmatch('[0-9]+', key) for key in storages):
            raise CheckpointError(DAMAGED)
        for member in members:
            if member.filename.lower().endswith('.pkl'):
                outline = Outline(archive.read(member), room)
                if not outline.storages <= storages:
                    raise CheckpointError(DAMAGED)


def _start_of_directory(file: BinaryIO) -> int:
    """Where the archive says that its directory is; Python's reader looks for it otherwise."""
    end = os.fstat(file.fileno()).st_size - END.size
    signature, *_, start, comment = END.unpack(_at(file, end, END.size))
    if signature != b'PK\x05\x06' or comment:
        raise CheckpointError(DAMAGED)
    locator = _at(file, end - LOCATOR.size, LOCATOR.size)
    if locator.startswith(b'PK\x06\x07'):
        place = end - LOCATOR.size - END_64.size
        if LOCATOR.unpack(locator)[2] != place:
            raise CheckpointError(DAMAGED)
        start = END_64.unpack(_at(file, place, END_64.size))[-1]
    return start


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(max(place, 0))
    return file.read(size)


def _check_members(members: list[zipfile.ZipInfo], file_size: int) -> None:
    names = [member.filename for member in members]
    if any(name.endswith('/constants.pkl') for name in names):
        raise more_than_weights('a TorchScript program')
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED:
            raise CheckpointError(
                f'{member.filename!r:.60} in it is compressed, as PyTorch never does; '
                'zip it with -0'
            )
        if member.is_dir() or member.external_attr & IS_FOLDER:
            raise CheckpointError(DAMAGED)
    # The reader of PyTorch does not tell cases apart.
    if len({name.lower() for name in names}) < len(names):
        raise CheckpointError('it is damaged: two of its parts have one name')
    # Members that lie over each other would take more memory than the file does.
    if sum(max(member.file_size, member.compress_size) for member in members) > file_size:
        raise CheckpointError('it is damaged: its parts are larger than the file')
