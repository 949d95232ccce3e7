"""A pack: many files in one HDF5 file, each as it was, byte for byte.

A file is a one-dimensional uint8 data set of one chunk without filters, named by its path below a
root folder. Any HDF5 program can list and read it.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import h5py
import numpy as np

from projects.smn.errors import UserError

FORMAT = 'smn pack 1'


class MissingFileUserError(UserError, FileNotFoundError):
    """A file is neither in a pack nor on disk.

    Callers of a file backend expect a ``FileNotFoundError``; where nobody catches it, the tools
    print its sentence.
    """


def write_pack(path: str | Path, files: Iterable[tuple[str, bytes]]) -> int:
    """Write files to a new pack, one in memory at a time. The same files give the same bytes.

    Args:
        path: Of the pack; with :func:`projects.smn.files.replacing` it is written whole or not.
        files: Pairs of key and content. The key is the path below the root, with ``/``.

    Returns:
        How many bytes the contents are.

    Raises:
        UserError: If a file is empty, or a key is there twice.
    """
    total = 0
    # Newer than HDF5's default, which takes 2 kB more for each file; HDF5 1.10 reads it.
    with h5py.File(path, 'w', libver=('v110', 'v110')) as pack:
        pack.attrs['format'] = FORMAT
        for key, content in files:
            if not content:
                raise UserError(f'{key} is empty')
            if key in pack:
                raise UserError(f'{key} is there twice')
            data = np.frombuffer(content, np.uint8)
            pack.create_dataset(key, data=data, chunks=data.shape, track_times=False)
            total += len(content)
    return total


def is_pack(path: str | Path) -> bool:
    """Whether a file is a pack, and not something else that must not be replaced by one."""
    try:
        with h5py.File(path, 'r') as file:
            return file.attrs.get('format') == FORMAT
    except OSError:
        return False


class Pack:
    """The reader of one pack. It holds where each file lies, and no file.

    The pack is opened by the first read. HDF5 says where the chunks are, and is closed again: its
    handles must not cross a fork. What is left is a file descriptor that is read at given places
    and has no state, so forked worker processes and threads share it safely. A pickled reader
    opens the pack anew.

    Args:
        path: Of the pack.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._descriptor: int | None = None
        self._places: dict[str, tuple[int, int]] = {}

    def __reduce__(self) -> tuple:
        return Pack, (self.path,)

    def __contains__(self, key: str) -> bool:
        self.open()
        return key in self._places

    def __len__(self) -> int:
        self.open()
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        self.open()
        return iter(self._places)

    def read(self, key: str) -> bytes:
        """The content of a file.

        Raises:
            KeyError: If it is not in the pack.
            UserError: If the pack cannot be read.
        """
        self.open()
        offset, size = self._places[key]
        try:
            content = os.pread(self._descriptor, size, offset)
        except OSError as error:
            raise UserError(f'{self.path}: {key} cannot be read: {error.strerror}') from None
        if len(content) < size:
            raise UserError(f'{self.path} ends within {key}: was it shortened while in use?')
        return content

    def open(self) -> None:
        """Read where the files lie, if that has not been done.

        Raises:
            UserError: If there is no such file, or it is no pack.
        """
        if self._descriptor is not None:
            return
        try:
            # HDF5 reads from this very file, which another may replace by name in the meantime.
            with open(self.path, 'rb') as file:
                self._places = _find_places(self.path, file)
                descriptor = os.dup(file.fileno())
        except FileNotFoundError:
            raise UserError(f'there is no pack {self.path}') from None
        except (OSError, RuntimeError, KeyError) as error:  # the last two if it is damaged
            raise UserError(f'{self.path} cannot be read as a pack: {error}') from None
        weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor


def _find_places(path: str, file: object) -> dict[str, tuple[int, int]]:
    """Key to offset and size, in bytes."""
    with h5py.File(file, 'r') as pack:
        if pack.attrs.get('format') != FORMAT:
            raise UserError(f'{path} is no pack: tools/prepare/pack.py makes one')
        places = {}
        for key, data in _data_sets(pack.id, ''):
            chunk = _only_chunk(data)
            if chunk is None:
                raise UserError(f'{path} was changed by another program ({key}): pack it again')
            places[key] = (chunk.byte_offset, chunk.size)
    return places


def _only_chunk(data: h5py.h5d.DatasetID) -> h5py.h5d.StoreInfo | None:
    """The chunk that holds the bytes of a file as they are; None if there is no such chunk."""
    layout = data.get_create_plist()
    if layout.get_layout() != h5py.h5d.CHUNKED or layout.get_nfilters():
        return None
    chunk = data.get_chunk_info(0) if data.get_num_chunks() == 1 else None
    return chunk if chunk and chunk.size == data.shape[0] else None


def _data_sets(group: h5py.h5g.GroupID, prefix: str) -> Iterator[tuple[str, h5py.h5d.DatasetID]]:
    # The low-level interface takes half the time, which counts for 100,000 files.
    for name in group:
        key = f'{prefix}{name.decode()}'
        child = h5py.h5o.open(group, name)
        if isinstance(child, h5py.h5g.GroupID):
            yield from _data_sets(child, f'{key}/')
        else:
            yield key, child
