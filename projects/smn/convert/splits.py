"""Splits such as 80-20: shares of the images, or of each breed of them, drawn by seed.

Groups of images are kept together.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    return _check_none_empty(parts, split)


def split_strata(
    groups: Iterable[list[int]], strata: Mapping[int, str], split: Mapping[str, int], seed: int
) -> dict[str, set[int]]:
    """Image ids of each part of ``split``; the same seed gives the same parts.

    Of a stratum, each part gets its share, rounded down or up such that the parts as a whole come
    close to theirs. Only groups can spoil that.

    Args:
        groups: Ids of images that must not be separated; each image is in one group.
        strata: Stratum of each image; that of the first counts for its group.
        split: Percentages by name of the part, of :func:`read_split`.
        seed: Of the order within each stratum.

    Raises:
        UserError: There are too few images to give each part one.
    """
    by_stratum: dict[str, list[list[int]]] = defaultdict(list)
    for group in sorted(groups):
        by_stratum[strata[group[0]]].append(group)
    parts: dict[str, set[int]] = {name: set() for name in split}
    for stratum, members in sorted(by_stratum.items()):
        random.Random(f'{seed} {stratum}').shuffle(members)
        room = _room(sum(map(len, members)), parts, split)
        for group in members:
            name = max(split, key=room.__getitem__)
            parts[name].update(group)
            room[name] -= len(group)
    return _check_none_empty(parts, split)


def _room(count: int, parts: Mapping[str, set[int]], split: Mapping[str, int]) -> dict[str, int]:
    """How many of the next ``count`` images each part gets."""
    room = {name: count * share // 100 for name, share in split.items()}
    total = count + sum(map(len, parts.values()))
    # What rounding leaves over goes where most is lacking. In whole numbers, so that a tie is one.
    lacking = {n: total * share - 100 * (len(parts[n]) + room[n]) for n, share in split.items()}
    broken = [name for name in split if count * split[name] % 100]
    for name in sorted(broken, key=lacking.__getitem__, reverse=True)[: count - sum(room.values())]:
        room[name] += 1
    return room


def _check_none_empty(parts: dict[str, set[int]], split: Mapping[str, int]) -> dict[str, set[int]]:
    total = sum(map(len, parts.values()))
    for name, share in split.items():
        if not parts[name]:
            raise UserError(f'--split gives {share} % of {total} images to {name}: none')
    return parts
