"""Names of files as records have them, and as the disk has them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from .text import repair


def spellings(name: str) -> Iterator[str]:
    """The name, then what it may have been before programs wrote it down; each once.

    Windows separates folders by backslashes, web tools write ``%20`` for a space, macOS takes
    accents off their letters, and letters get lost where UTF-8 is read as cp1252.
    """
    forward = name.replace('\\', '/')
    bases = dict.fromkeys((name, forward, unquote(forward), repair(forward)))
    forms = (unicodedata.normalize(form, base) for base in bases for form in ('NFC', 'NFD'))
    yield from dict.fromkeys((*bases, *forms))


def meant(folder: str | Path, name: str) -> str:
    """The end of a sentence about a file that is not there: ``"; is 'a.JPG' meant?"``, or nothing.

    Args:
        folder: Where it is not; all below it is looked at, which takes a while.
        name: What it should be called there.
    """
    found = nearest(folder, name)
    return f'; is {found!r} meant?' if found else ''


def nearest(folder: str | Path, name: str) -> str | None:
    """The file that a name may mean: one of it in other letters, upper or lower, or other folders.

    Returns:
        The one with most folders in common, as a path from ``folder``; None if there is none.
    """
    wanted = [_folded(spelling).split('/') for spelling in spellings(name)]
    best: tuple[int, str] = (0, '')
    for place, _, files in os.walk(folder):
        for file in sorted(files):
            if not any(_folded(file) == parts[-1] for parts in wanted):
                continue
            path = os.path.relpath(os.path.join(place, file), folder).replace(os.sep, '/')
            shared = max(_shared(_folded(path).split('/'), parts) for parts in wanted)
            if shared > best[0]:
                best = (shared, path)
    return best[1] or None


def _folded(name: str) -> str:
    return unicodedata.normalize('NFC', name).casefold()


def _shared(one: list[str], other: list[str]) -> int:
    """How many parts of two paths are alike at their ends."""
    alike = (a == b for a, b in zip(reversed(one), reversed(other), strict=False))
    return sum(1 for _ in takewhile(bool, alike))
