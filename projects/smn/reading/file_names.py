"""Names of files as records have them, and as the disk has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
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
