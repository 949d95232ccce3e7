"""The zip archives in which PyTorch writes checkpoints since 1.6, checked before it reads them."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .errors import CheckpointError, more_than_weights

MAGIC = b'PK\x03\x04'


def pickles_of(file: BinaryIO) -> Iterator[bytes]:
    """Check an archive, then yield the pickles in it; the weights themselves are no pickles.

    PyTorch reads what is compressed, which may be a thousand times as large in memory as the file,
    and ignores checksums, so that a flipped bit is another weight. It writes neither.

    Raises:
        CheckpointError: If the archive is damaged, compressed, or holds a program.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if any(member.filename.endswith('/constants.pkl') for member in members):
                raise more_than_weights('a TorchScript program')
            _check_sizes(members, file)
            if damaged := archive.testzip():
                raise CheckpointError(f'it is damaged: the checksum of {damaged!r:.60} is another')
            for member in members:
                if member.filename.lower().endswith('.pkl'):  # PyTorch does not tell case apart
                    yield archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise CheckpointError('it is damaged, or no checkpoint') from None


def _check_sizes(members: list[zipfile.ZipInfo], file: BinaryIO) -> None:
    compressed = [m.filename for m in members if m.compress_type != zipfile.ZIP_STORED]
    if compressed:
        raise CheckpointError(
            f'{compressed[0]!r:.60} in it is compressed, as PyTorch never does; zip it with -0'
        )
    # Members that lie over each other would take more memory than the file does.
    if sum(member.file_size for member in members) > os.fstat(file.fileno()).st_size:
        raise CheckpointError('it is damaged: its parts are larger than the file')
