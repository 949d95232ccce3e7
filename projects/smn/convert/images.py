"""Image files: finding, comparing and copying them."""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tqdm import tqdm

from projects.smn.convert.text import repair
from projects.smn.errors import UserError

SUFFIXES = {'.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp'}


def find_image(folder: Path, name: str) -> Path | None:
    """The file that ``name`` means: its whole path under ``folder``, else without its prefixes."""
    fixed = repair(name)
    for text in (name, fixed, unicodedata.normalize('NFD', fixed)):
        parts = [part for part in re.split(r'[\\/]+', text) if part not in ('', '.', '..')]
        for start in range(len(parts)):
            path = folder.joinpath(*parts[start:])
            if path.is_file():
                return path
    return None


def same_pictures(paths: Mapping[int, Path]) -> list[list[int]]:
    """Image ids grouped by equal file contents; only files of equal length are read."""
    by_length = defaultdict(list)
    for number, path in paths.items():
        by_length[path.stat().st_size].append(number)
    groups = defaultdict(list)
    for length, numbers in by_length.items():
        for number in numbers:
            content = paths[number].read_bytes() if len(numbers) > 1 else b''
            groups[length, hashlib.sha256(content).digest()].append(number)
    return list(groups.values())


def unused_images(paths: Mapping[int, Path]) -> list[Path]:
    """Image files that lie beside those of ``paths``."""
    used = set(paths.values())
    folders = sorted({path.parent for path in used})
    beside = (path for folder in folders for path in sorted(folder.iterdir()))
    return [path for path in beside if path.suffix.lower() in SUFFIXES and path not in used]


def put_images(files: Mapping[str, Path], folder: Path, link: bool = False) -> None:
    """Copy each file, or make a hard link to it, under its name in ``folder``.

    A symbolic link would lead out of the folder, where the data set reads nothing.

    Raises:
        UserError: If a link cannot be made.
    """
    for name, path in tqdm(files.items(), desc='images', disable=None, leave=False):
        if not link:
            shutil.copyfile(path, folder / name)
            continue
        try:
            (folder / name).hardlink_to(path.resolve())
        except OSError as error:
            raise UserError(
                f'cannot make a hard link to {path} ({error.strerror or error}), which must be on '
                'the file system of the result: leave out --link hardlink'
            ) from None
