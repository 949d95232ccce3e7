"""Masks whose pixels are codes, and what the codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from projects.smn.errors import UserError, listing
from projects.smn.reading import read_map
from projects.smn.tasks import IGNORED

IGNORE_NAME = 'ignore'
_CODES = 1 << 16


@dataclass(frozen=True)
class Codes:
    """The classes of the semantic map, and the class of each code.

    Attributes:
        classes: the index is the value in the map.
        values: code to value in the map.
    """

    classes: tuple[str, ...]
    values: dict[int, int]

    @classmethod
    def parse(cls, words: Iterable[str]) -> Codes:
        """``['floor=1', 'wall=2', 'wall=7', 'ignore=9']``; classes are in the order given.

        Raises:
            UserError: A word has another form, or a code has two classes.
        """
        classes: list[str] = []
        values: dict[int, int] = {}
        for word in words:
            name, _, code = word.rpartition('=')
            if not name or not code.isdecimal() or int(code) >= _CODES:
                raise UserError(f'--codes {word!r} is not NAME=CODE, such as floor=1')
            if int(code) in values:
                raise UserError(f'--codes names the code {code} twice')
            if name not in (*classes, IGNORE_NAME):
                classes.append(name)
            values[int(code)] = IGNORED if name == IGNORE_NAME else classes.index(name)
        if len(classes) > IGNORED:
            raise UserError(f'--codes has {len(classes)} classes; a map holds {IGNORED}')
        return cls(tuple(classes), values)

    def to_map(self, codes: np.ndarray, path: Path) -> np.ndarray:
        """The semantic map (height, width) uint8 of codes (height, width).

        Raises:
            UserError: A code has no class; ``path`` is named.
        """
        unknown = sorted(set(np.unique(codes).tolist()) - self.values.keys())
        if unknown:
            raise UserError(f'{path} has pixels of code {listing(unknown)}, which --codes lacks')
        table = np.zeros(_CODES, np.uint8)
        table[list(self.values)] = list(self.values.values())
        return table[codes]


def read_mask(path: Path) -> np.ndarray | None:
    """The codes of a mask, (height, width); of a palette image the index. None when damaged.

    Raises:
        UserError: It has several channels, so that nobody knows which of them is the code.
    """
    try:
        codes, mode = read_map(path.read_bytes())
    except (OSError, ValueError):
        return None
    if codes.ndim != 2 or codes.dtype.kind not in 'biu' or codes.min() < 0 or codes.max() >= _CODES:
        raise UserError(f'{path} is no mask of codes, but an image in {mode}')
    return codes.astype(np.uint16)
