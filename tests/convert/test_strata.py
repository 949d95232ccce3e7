"""A stratified split gives every stratum its share, keeps groups together, and follows the seed."""

from __future__ import annotations

import random

import pytest

from projects.smn.convert.splits import read_split, split_strata
from projects.smn.errors import UserError

SPLITS = ['80-20', '80-10-10', '34-33-33', '50-25-25']


def strata_of(*sizes):
    """Strata of so many images each."""
    names = [f'breed {number}' for number, size in enumerate(sizes) for _ in range(size)]
    return dict(enumerate(names, 1))


def singles(strata):
    return [[number] for number in strata]


@pytest.mark.parametrize('text', SPLITS)
@pytest.mark.parametrize('seed', range(4))
def test_each_stratum_and_the_whole_get_their_shares_within_one_image(text, seed):
    sizes = random.Random(seed).choices(range(1, 60), k=12)
    strata, split = strata_of(*sizes), read_split(text)
    parts = split_strata(singles(strata), strata, split, seed)
    assert sorted(i for numbers in parts.values() for i in numbers) == sorted(strata)
    for name, share in split.items():
        assert abs(len(parts[name]) - len(strata) * share / 100) <= 1
        for stratum in set(strata.values()):
            members = [number for number, of in strata.items() if of == stratum]
            got = len(parts[name] & set(members))
            assert abs(got - len(members) * share / 100) < 1


def test_shares_that_are_whole_are_exact():
    strata = strata_of(*[200] * 37)
    parts = split_strata(singles(strata), strata, read_split('80-10-10'), 0)
    for stratum in set(strata.values()):
        counts = [sum(strata[i] == stratum for i in numbers) for numbers in parts.values()]
        assert counts == [160, 20, 20]


def test_the_seed_decides_and_not_the_order_of_the_groups():
    strata, split = strata_of(30, 20, 11), read_split('80-20')
    groups = singles(strata)
    shuffled = random.Random(1).sample(groups, len(groups))
    assert split_strata(shuffled, strata, split, 0) == split_strata(groups, strata, split, 0)
    assert split_strata(groups, strata, split, 1) != split_strata(groups, strata, split, 0)


@pytest.mark.parametrize('seed', range(4))
def test_groups_are_never_divided(seed):
    strata = strata_of(24, 16)
    groups = [list(range(start, start + 4)) for start in range(1, 41, 4)]
    parts = split_strata(groups, strata, read_split('50-25-25'), seed)
    for group in groups:
        assert sum(1 for numbers in parts.values() if numbers & set(group)) == 1


def test_an_empty_part_is_refused():
    strata = strata_of(5, 4)
    with pytest.raises(UserError, match='gives 1 % of 9 images to test: none'):
        split_strata(singles(strata), strata, read_split('99-1'), 0)
