"""Splits in which every stratum, such as a breed, has its share of each part."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping

from projects.smn.errors import UserError


def split_strata(
    groups: Iterable[list[int]], strata: Mapping[int, str], split: Mapping[str, int], seed: int
) -> dict[str, set[int]]:
    """Image ids of each part of ``split``; the same seed gives the same parts.

    Of a stratum, each part gets its share, rounded down or up such that the parts as a whole come
    close to theirs. Only groups can spoil that.

    Args:
        groups: Ids of images that must not be separated; each image is in one group.
        strata: Stratum of each image; that of the first counts for its group.
        split: Percentages by name of the part, of :func:`~projects.smn.convert.splits.read_split`.
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
    for name, share in split.items():
        if not parts[name]:
            total = sum(map(len, parts.values()))
            raise UserError(f'--split gives {share} % of {total} images to {name}: none')
    return parts


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
