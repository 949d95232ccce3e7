"""A file backend that reads from packs, see ``docs/data.md``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from .pack_file import MissingFileUserError, Pack


@register_backend('packed', force=True)
class PackedBackend(LocalBackend):
    """Reads files from packs, and what is in none of them from disk.

    ``backend_args=dict(backend='packed', path='data/fruit/train.h5')``: wherever a config names
    the file ``data/fruit/train/000001.jpg``, its bytes come from the pack. Annotations are not
    packed, so they are read, and can be edited, as ever. Everything but reading is mmengine's
    ``LocalBackend``.

    Args:
        path: Of the pack, or of several.
        root: The folder that the packs stand for. Default: the folder of each.

    Raises:
        UserError: At the first read, if a pack is missing or is none; and if a file is nowhere.
    """

    def __init__(self, path: str | Sequence[str], root: str | None = None) -> None:
        paths = [path] if isinstance(path, (str, Path)) else path
        self.packs = [Pack(os.path.abspath(each)) for each in paths]
        self._prefixes = [
            os.path.join(os.path.abspath(root or os.path.dirname(pack.path)), '')
            for pack in self.packs
        ]

    def open(self) -> None:
        """Open the packs now, so that worker processes inherit where the files lie."""
        for pack in self.packs:
            pack.open()

    def get(self, filepath: str | Path) -> bytes:
        """The content of a file."""
        if found := self._find(filepath):
            pack, key = found
            return pack.read(key)
        try:
            return super().get(filepath)
        except FileNotFoundError:
            packs = ', '.join(os.path.relpath(pack.path) for pack in self.packs)
            raise MissingFileUserError(f'{filepath} is neither in {packs} nor on disk') from None

    def get_text(self, filepath: str | Path, encoding: str = 'utf-8') -> str:
        """The content of a file as text."""
        return self.get(filepath).decode(encoding)

    def exists(self, filepath: str | Path) -> bool:
        return self._find(filepath) is not None or super().exists(filepath)

    def isfile(self, filepath: str | Path) -> bool:
        return self._find(filepath) is not None or super().isfile(filepath)

    def _find(self, filepath: str | Path) -> tuple[Pack, str] | None:
        """The pack that has a file, and its key there."""
        path = os.path.abspath(filepath)
        for pack, prefix in zip(self.packs, self._prefixes, strict=True):
            if path.startswith(prefix) and (key := path[len(prefix) :]) in pack:
                return pack, key
        return None
