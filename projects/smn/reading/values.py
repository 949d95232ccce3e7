"""What a value in somebody's JSON or CSV means: a flag, a number, an id, the name of a class.

Exporters write ``"0"``, ``0``, ``0.0`` and ``false`` for the same thing. Python's own ``bool``,
``float`` and ``str`` would take the first for true, true for 1, and 2.0 for a class ``2.0``.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from projects.smn.errors import UserError

PLAIN_NUMBER = re.compile(r'-?(0|[1-9]\d*)(\.\d+)?', re.ASCII)
FLAGS = {'0': False, 'false': False, 'no': False, '1': True, 'true': True, 'yes': True}


def flag(value: Any, absent: bool = False) -> bool:
    """Yes or no.

    Args:
        value: true, false, 0, 1, or one of these as text; null and empty text say nothing.
        absent: What that means.

    Raises:
        UserError: If it is something else.
    """
    if value is None or value == '':
        return absent
    if isinstance(value, bool):
        return value
    text = value.strip().lower() if isinstance(value, str) else value
    if isinstance(text, str) and text in FLAGS:
        return FLAGS[text]
    if isinstance(text, (int, float)) and text in (0, 1):
        return bool(text)
    raise UserError(f'{value!r:.40} is neither true nor false')


def number(value: Any) -> float:
    """A finite number, or one as text. True and false are none, nor is ``'1_000'``, as in Python.

    Raises:
        UserError: If it is none.
    """
    if type(value) is float and math.isfinite(value):  # most are
        return value
    is_one = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_one or (isinstance(value, str) and '_' not in value):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            found = math.nan
        if math.isfinite(found):
            return found
    raise UserError(f'{value!r:.40} is no finite number')


def numbers(values: Any) -> list[float]:
    """A list of finite numbers, of which some may be text; as it is where none is.

    Raises:
        UserError: If it is no list, or holds something else.
    """
    if not isinstance(values, (list, tuple)):  # text would give its digits
        raise UserError(f'{values!r:.40} is no list of numbers')
    # There may be a hundred million of them: none is looked at in Python.
    if {*map(type, values)} <= {int, float}:
        try:
            if math.isfinite(sum(values)):
                return values if isinstance(values, list) else list(values)
        except OverflowError:
            pass
    return [number(value) for value in values]


def whole_number(value: Any) -> int:
    """A whole number, also as text or as 3.0.

    Raises:
        UserError: If it is none.
    """
    found = number(value)
    if not found.is_integer():
        raise UserError(f'{value!r:.40} is not a whole number')
    return int(found)


def identity(value: Any) -> int | str:
    """What identifies a record: 7, 7.0 and "7" are one id; other text is an id as it is.

    Raises:
        UserError: If it is neither a whole number nor text.
    """
    if isinstance(value, str):
        plain = value.strip()
        is_number = plain.isascii() and plain.removeprefix('-').isdecimal()
        # Not "007", which may stand beside "7".
        return int(plain) if is_number and str(int(plain)) == plain else value
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise UserError(f'{value!r:.40} is no id: a whole number, or text')


def same_text(value: str) -> str:
    """Text as it is compared: letters that are written in two ways in Unicode become one."""
    return value if value.isascii() else unicodedata.normalize('NFC', value)


def said(value: Any) -> str:
    """The value of a label as text, the same for all that are one label.

    ``True`` and ``'true'`` are ``'true'``; 3, 3.0, ``'3'`` and ``'3.0'`` are ``'3'``, as
    spreadsheets turn one into the other. ``'007'`` and ``'1e3'`` are names.
    """
    if isinstance(value, bool):
        return str(value).lower()
    text = same_text(str(value).strip())
    if not PLAIN_NUMBER.fullmatch(text):
        return text
    return text.rstrip('0').rstrip('.') if '.' in text else text


class Names:
    """Names of classes, and where each of them is.

    Args:
        names: In their order.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._places = {same_text(name): place for place, name in enumerate(names)}
        # The class "1.0" is 1, too; where there are both "1.0" and "1.00", nobody knows which.
        times = Counter(map(said, self._places))
        self._said = {
            said(name): place for name, place in self._places.items() if times[said(name)] == 1
        }

    def place_of(self, value: Any) -> int | None:
        """Where the name is that a value from a file means; None if there is none.

        Text is compared as :func:`same_text`. true and false are the classes of that name, in
        whatever case; 3, 3.0, "3" and "3.0" are one grade, however the class is written, unless
        classes are written in several of these ways.
        """
        if isinstance(value, bool):
            text = str(value).lower()
            return next((self._places[n] for n in self._places if n.lower() == text), None)
        for text in (same_text(str(value).strip()), said(value)):
            if text in self._places:
                return self._places[text]
        try:  # also "03", as a class "03" would have been found by now
            return self._said.get(text, self._places.get(str(whole_number(value))))
        except UserError:
            return self._said.get(text)
