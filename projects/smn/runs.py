"""The runs of a COCO run-length encoding, which pycocotools decodes without a check.

Runs that fill less than the mask leave memory in it as it was; longer ones are cut off in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_GROUP = 5  # bits in a character of compressed counts
_LONGEST = 7  # characters of one number; more would be of no image


def runs_fit(counts: Any, size: Any) -> bool:
    """Whether runs are whole numbers, none negative, that add up to a mask of that size.

    Args:
        counts: A list of lengths, or compressed as text or bytes.
        size: Height and width.
    """
    sides = list(size) if isinstance(size, Sequence) and not isinstance(size, str) else []
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        return False
    lengths = list(counts) if isinstance(counts, (list, tuple)) else _decompress(counts)
    if not lengths or not all(isinstance(length, int) and length >= 0 for length in lengths):
        return False
    return sum(lengths) == sides[0] * sides[1]


def _decompress(counts: Any) -> list[int]:
    """The lengths that compressed counts stand for; none if it is no such text.

    As ``rleFrString`` of pycocotools: groups of five bits, the lowest first, the sixth bit says
    that there are more, the fifth of the last one is the sign; from the fourth number on it is the
    difference to the last but one.
    """
    if isinstance(counts, str) and counts.isascii():
        counts = counts.encode()
    if not isinstance(counts, bytes) or not counts:
        return []
    groups = np.frombuffer(counts, np.uint8).astype(np.int64) - ord('0')
    last = np.flatnonzero(groups & 0x20 == 0)
    if groups.min() < 0 or groups.max() > 0x3F or not len(last) or last[-1] != len(groups) - 1:
        return []
    first = np.append(0, last[:-1] + 1)
    places = np.arange(len(groups)) - np.repeat(first, last - first + 1)
    if places.max() >= _LONGEST:
        return []
    numbers = np.add.reduceat((groups & 0x1F) << _GROUP * places, first)
    numbers -= (groups[last] >> 4 & 1) << _GROUP * (places[last] + 1)
    for start in (1, 2):
        numbers[start::2] = np.cumsum(numbers[start::2])
    return numbers.tolist()
