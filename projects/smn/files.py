"""Writing files whole or not at all, and names of files that may come from anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from typing import Any

from projects.smn.errors import UserError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; rename it to ``path`` when the block succeeds.

    A reader sees the old file or the new one, never half of one. The folder is made if absent.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.stem}.{os.getpid()}{path.suffix}')
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, content: object, **options: Any) -> None:
    """Write ``content`` as UTF-8 JSON, whole or not at all; ``options`` are those of json.dumps."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, **options) + '\n', 'utf-8')


def inside(folder: str | Path, name: str) -> Path:
    """The path of a file that somebody else has named, if it lies inside a folder.

    Symbolic links are followed first, both the folder's and the file's: where a link leads is what
    counts. A name is taken as it is; ``%2e%2e`` is a folder of that name. A name that would leave
    the folder on Windows is refused everywhere, as files are carried from one to the other.

    Args:
        folder: Where the file must lie, at any depth. It need not be there, nor need the file.
        name: Relative to the folder, such as a ``file_name`` of an annotation file.

    Returns:
        ``folder / name``, with links as they were.

    Raises:
        UserError: If it lies elsewhere, is the folder itself, or can be no file's name.
    """
    if not isinstance(name, str):
        raise UserError(f'{name!r:.100} is no text')
    readings = {name, name.replace('\\', '/')}  # where a backslash ends a folder's name, as well
    try:
        real = _real(os.path.abspath(folder))
        places = {reading: os.path.realpath(os.path.join(real, reading)) for reading in readings}
    except (OSError, ValueError):
        raise UserError(f'{name!r:.100} can be no name of a file') from None
    outside = [reading for reading in readings if not _is_below(real, places[reading])]
    if outside and _is_below(real, os.path.normpath(os.path.join(real, outside[0]))):
        raise UserError(
            f'{name!r:.100} is a link to {places[outside[0]]}, which does not lie inside {folder}: '
            'copy the file, or link it hard'
        )
    if outside or PureWindowsPath(name).drive:
        raise UserError(f'{name!r:.100} does not lie inside {folder}')
    return Path(folder, name)


def _is_below(folder: str, path: str) -> bool:
    return path.startswith(os.path.join(folder, ''))


@lru_cache(maxsize=64)  # a data set asks for one folder a hundred thousand times
def _real(folder: str) -> str:
    return os.path.realpath(folder)
