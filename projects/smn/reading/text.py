"""Text that was read in a wrong encoding, repaired where the right text is certain."""

from __future__ import annotations

import re
import unicodedata

# What is left of text that lost its letters: the replacement character, control characters, half
# of a two-byte letter, or a question mark in the middle of a word.
_BROKEN = re.compile('[\ufffd\x80-\x9f]|[ÃÂ][\xa0-\xbf]|\\w\\?\\w')


def repair(text: str) -> str:
    """Undo a reading of UTF-8 as cp1252 or latin-1, also one done twice; give NFC.

    Text in a one-byte encoding is hardly ever valid UTF-8 by accident, so text that turns out to
    be valid was UTF-8; all other text keeps its letters.
    """
    for _ in range(2):
        text = unicodedata.normalize('NFC', text)
        try:
            text = _windows_bytes(text).decode('utf-8')
        except UnicodeError:
            break
    return unicodedata.normalize('NFC', text)


def is_broken(text: str) -> bool:
    """Whether the text seems to have lost letters, which nobody can bring back."""
    return bool(_BROKEN.search(text))


def _windows_bytes(text: str) -> bytes:
    # cp1252 leaves five bytes undefined, which programs then read as latin-1 does.
    return b''.join(char.encode('cp1252', 'ignore') or char.encode('latin-1') for char in text)
