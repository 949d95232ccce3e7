"""A split gives every image to one part, keeps groups together and depends on the seed alone."""

from __future__ import annotations

import random

import pytest

from projects.smn.convert.splits import read_split, split_groups
from projects.smn.errors import UserError

SINGLES = [[number] for number in range(100)]


@pytest.mark.parametrize(
    ('text', 'split'),
    [
        (None, {'all': 100}),
        ('80-20', {'train': 80, 'test': 20}),
        ('80-10-10', {'train': 80, 'val': 10, 'test': 10}),
    ],
)
def test_percentages_are_read(text, split):
    assert read_split(text) == split


@pytest.mark.parametrize(
    ('text', 'split'), [(None, {'train': 100}), ('80-20', {'train': 80, 'val': 20})]
)
def test_where_the_test_images_are_given_the_others_are_train_and_val(text, split):
    assert read_split(text, test_apart=True) == split


def test_a_third_share_is_refused_where_the_test_images_are_given():
    with pytest.raises(UserError, match='must be train-val, as 80-20'):
        read_split('80-10-10', test_apart=True)


@pytest.mark.parametrize(
    'text', ['', '80', '100', '80-30', '100-0', 'a-b', '80-', '80-x-20', '70-10-10-10']
)
def test_what_is_no_split_is_one_sentence(text):
    with pytest.raises(UserError, match='is not like 80-20'):
        read_split(text)


@pytest.mark.parametrize('text', ['80-20', '60-20-20', '98-1-1'])
@pytest.mark.parametrize('seed', range(3))
def test_every_image_is_in_one_part_and_the_shares_are_right(text, seed):
    split = read_split(text)
    parts = split_groups(SINGLES, split, seed)
    assert {name: len(ids) for name, ids in parts.items()} == split
    assert set.union(*parts.values()) == set(range(100))


@pytest.mark.parametrize('seed', range(5))
def test_groups_are_never_divided(seed):
    groups = [list(range(start, start + 4)) for start in range(0, 40, 4)]
    parts = split_groups(groups, read_split('50-25-25'), seed)
    for group in groups:
        assert sum(1 for ids in parts.values() if ids & set(group)) == 1


def test_only_the_seed_decides_not_the_order_of_the_groups():
    split = read_split('50-50')
    shuffled = random.Random(1).sample(SINGLES, len(SINGLES))
    assert split_groups(shuffled, split, 0) == split_groups(SINGLES, split, 0)
    assert split_groups(SINGLES, split, 1) != split_groups(SINGLES, split, 0)


def test_an_empty_part_is_refused():
    with pytest.raises(UserError, match='gives 1 % of 10 images to test'):
        split_groups(SINGLES[:10], read_split('99-1'), 0)
