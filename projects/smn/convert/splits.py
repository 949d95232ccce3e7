"""Splits such as 80-20: shares of the images, drawn by seed, with groups kept together."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import accumulate

from projects.smn.errors import UserError

PARTS = {2: ('train', 'test'), 3: ('train', 'val', 'test')}


def read_split(text: str | None, test_apart: bool = False) -> dict[str, int]:
    """``'80-20'`` -> ``{'train': 80, 'test': 20}``; None -> everything in ``all``.

    With ``test_apart``, the test images are others: ``'80-20'`` -> ``{'train': 80, 'val': 20}``,
    and None -> everything in ``train``.

    Raises:
        UserError: It is no such split.
    """
    if text is None:
        return {'train' if test_apart else 'all': 100}
    shaped = re.fullmatch(r'\d+(-\d+){1,2}', text)
    shares = [int(share) for share in text.split('-')] if shaped else []
    if sum(shares) != 100 or 0 in shares:
        raise UserError(f'--split {text!r} is not like 80-20 or 80-10-10, with the sum 100')
    if test_apart and len(shares) != 2:
        raise UserError(f'--split {text!r} must be train-val, as 80-20: the test images are given')
    names = ('train', 'val') if test_apart else PARTS[len(shares)]
    return dict(zip(names, shares, strict=True))


def split_groups(
    groups: Iterable[list[int]], split: dict[str, int], seed: int
) -> dict[str, set[int]]:
    """Image ids of each part of ``split``; the same seed gives the same parts.

    Args:
        groups: Ids of images that must not be separated, such as copies of one picture, lest the
            test be in the training; each image is in one group.
        split: Percentages by name of the part, of :func:`read_split`.
        seed: Of the order in which groups are dealt out.

    Raises:
        UserError: There are too few images to give each part one.
    """
    groups = sorted(groups)
    random.Random(seed).shuffle(groups)
    total = sum(map(len, groups))
    ends = dict(zip(split, accumulate(split.values()), strict=True))
    parts: dict[str, set[int]] = {name: set() for name in split}
    done = 0
    for group in groups:
        name = next(name for name, end in ends.items() if done < round(total * end / 100))
        parts[name].update(group)
        done += len(group)
    for name, share in split.items():
        if not parts[name]:
            raise UserError(f'--split gives {share} % of {total} images to {name}: none')
    return parts
