"""Every image gets one of the tasks it can have, and the tasks get as many as possible."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

import pytest

from projects.smn.convert.dealing import deal_evenly

NAMES = ('a', 'b', 'c', 'd')


def unevenness(names) -> int:
    return sum(count**2 for count in Counter(names).values())


@pytest.mark.parametrize('images', [1, 3, 4, 7, 400])
def test_counts_differ_by_at_most_one_if_every_image_can_have_every_task(images):
    dealt = deal_evenly(dict.fromkeys(range(images), NAMES), NAMES)
    assert sorted(dealt) == list(range(images))
    counts = [list(dealt.values()).count(name) for name in NAMES]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize('seed', range(60))
def test_no_other_deal_is_more_even(seed):
    rng = random.Random(seed)
    most = 1 + seed % 4  # with two choices each, the first deal is often not the best
    choices = {i: rng.sample(NAMES, rng.randint(1, max(2, most))) for i in range(6)}
    dealt = deal_evenly(choices, NAMES)
    assert set(dealt) == set(choices)
    assert all(name in choices[image] for image, name in dealt.items())
    assert unevenness(dealt.values()) == min(map(unevenness, product(*choices.values())))


def test_images_are_moved_along_a_chain_of_tasks():
    # Dealt one by one, b gets three and d one: b must give to a, a to c, c to d.
    choices = dict(enumerate(['dc', 'ac', 'ab', 'ba', 'ab', 'bc', 'cd', 'ba']))
    assert Counter(deal_evenly(choices, NAMES).values()) == dict.fromkeys(NAMES, 2)


def test_a_task_that_few_images_can_have_gets_all_of_them():
    choices = {i: ['a'] for i in range(10)} | {10: ['a', 'b'], 11: ['b', 'a']}
    assert Counter(deal_evenly(choices, 'ab').values()) == {'a': 10, 'b': 2}


def test_the_order_of_the_images_decides_who_gets_what():
    choices = dict.fromkeys(range(8), NAMES)
    backwards = dict(reversed(choices.items()))
    assert deal_evenly(choices, NAMES) == deal_evenly(choices, NAMES)
    assert deal_evenly(backwards, NAMES) != deal_evenly(choices, NAMES)


def test_nothing_to_deal():
    assert deal_evenly({}, NAMES) == {}
