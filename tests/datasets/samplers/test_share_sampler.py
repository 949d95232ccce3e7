"""Shares in every batch, and an order that a resumed run continues."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from mmdet.registry import DATA_SAMPLERS
from mmengine.runner import loops
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset

from projects.smn.datasets import ShareSampler
from projects.smn.datasets.samplers import share_sampler
from projects.smn.datasets.samplers.share_sampler import deal_slots
from projects.smn.errors import UserError

SIZES = (7, 5, 11)
SHARES = [0.5, 0.3, 0.2]
TASKS = ('mask', 'neck', 'ends', 'length', 'spine', 'rating')


class Labelled(Dataset):
    """Images of which we know only what they are labelled for."""

    tasks = dict.fromkeys(TASKS)

    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return index

    def labelled_tasks(self, index):
        return {*self.labels[index], 'detection'}


@pytest.fixture
def concat():
    return ConcatDataset([Labelled([()] * size) for size in SIZES])


@pytest.fixture
def sparse():
    """Each image is labelled for one task; every tenth for none."""
    return Labelled([() if i % 10 == 9 else (TASKS[i % len(TASKS)],) for i in range(60)])


@pytest.fixture
def on_ranks(monkeypatch):
    """The orders of all processes of a run."""

    def orders(world_size, *args, epoch=0, **options):
        result = []
        for rank in range(world_size):
            monkeypatch.setattr(share_sampler, 'get_dist_info', lambda r=rank: (r, world_size))
            sampler = ShareSampler(*args, **options)
            sampler.set_epoch(epoch)
            result.append(list(sampler))
            assert len(sampler) == len(result[-1])
        return result

    return orders


def order_of(dataset, epoch=0, **options):
    sampler = ShareSampler(dataset, **{'shares': SHARES, 'batch_size': 4, 'seed': 0, **options})
    sampler.set_epoch(epoch)
    return list(sampler)


def source_of(index):
    return int(np.searchsorted(np.cumsum(SIZES), index, side='right'))


def random_shares(seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(rng.integers(1, 9), rng.choice([0.3, 1, 30]))) + 1e-3
    return shares / shares.sum()


# The shares


@pytest.mark.parametrize('seed', range(40))
def test_every_prefix_has_each_share_within_less_than_one_slot(seed):
    shares = random_shares(seed)
    given = np.cumsum(deal_slots(shares, 600)[:, None] == np.arange(len(shares)), axis=0)
    due = np.arange(1, 601)[:, None] * shares
    assert abs(given - due).max() < 1


@pytest.mark.parametrize('shares', [[1.0], [0.5] * 2, [0.1] * 10, [1 / 3] * 3, [0.7, 0.2, 0.1]])
def test_round_shares_are_met_exactly_again_and_again(shares):
    counts = np.bincount(deal_slots(shares, 300), minlength=len(shares))
    assert counts.tolist() == [round(300 * share) for share in shares]
    given = np.cumsum(deal_slots(shares, 300)[:, None] == np.arange(len(shares)), axis=0)
    assert abs(given - np.arange(1, 301)[:, None] * shares).max() < 1


@pytest.mark.parametrize('batch_size', [2, 5, 10])
def test_every_batch_has_its_share_of_each_source(concat, batch_size):
    order = order_of(concat, batch_size=batch_size, epoch_length=100)
    for start in range(0, len(order), batch_size):
        counts = Counter(map(source_of, order[start : start + batch_size]))
        for source, share in enumerate(SHARES):
            # Both ends of a batch lie less than a slot off.
            assert abs(counts[source] - share * batch_size) < 2
            assert batch_size != 10 or counts[source] == round(10 * share)


def test_batches_of_two_serve_six_tasks_in_turn(sparse):
    order = order_of(sparse, shares=dict.fromkeys(TASKS, 1 / 6), batch_size=2, epoch_length=600)
    for start in range(0, 600, 6):
        served = {task for index in order[start : start + 6] for task in sparse.labels[index]}
        assert served == set(TASKS)


def test_a_share_of_a_task_is_taken_from_the_images_that_are_labelled_for_it(sparse):
    shares = dict(neck=0.25, detection=0.75)
    sampler = ShareSampler(sparse, shares, batch_size=4, seed=0)
    assert [pool.tolist() for pool in sampler.pools] == [
        [index for index, labels in enumerate(sparse.labels) if 'neck' in labels],
        list(range(60)),
    ]
    order = np.reshape(list(sampler), (-1, 4))
    assert all(any('neck' in sparse.labels[i] for i in batch) for batch in order)


def test_tasks_are_looked_up_in_every_source():
    grades, masks = Labelled([('neck',)] * 3), Labelled([('mask',)] * 4)
    sampler = ShareSampler(
        ConcatDataset([grades, masks]), dict(mask=0.5, neck=0.5), batch_size=2, seed=0
    )
    assert [pool.tolist() for pool in sampler.pools] == [[3, 4, 5, 6], [0, 1, 2]]


# Within a pool


@pytest.mark.parametrize('shuffle', [True, False])
@pytest.mark.parametrize('epoch_length', [8, 23, 200])
def test_all_images_of_a_pool_are_drawn_once_before_any_is_drawn_again(
    concat, shuffle, epoch_length
):
    options = dict(shuffle=shuffle, epoch_length=epoch_length)
    order = [i for epoch in range(30) for i in order_of(concat, epoch=epoch, **options)]
    for source, size in enumerate(SIZES):
        drawn = [index for index in order if source_of(index) == source]
        rounds = [drawn[start : start + size] for start in range(0, len(drawn), size)]
        assert len(rounds) > 2
        assert all(len(set(part)) == len(part) for part in rounds)
        assert (len(set(map(tuple, rounds[:-1]))) > 1) is shuffle


def test_an_image_that_is_repeated_by_a_wrapper_is_in_its_pool_once(concat):
    twice = Subset(concat, [*range(23), *range(23)])
    assert order_of(twice, epoch_length=100) == order_of(concat, epoch_length=100)


# Epochs, seeds, processes


@pytest.mark.parametrize(
    ('options', 'length'),
    [
        ({}, 24),
        (dict(epoch_length=8), 8),
        (dict(epoch_length=9), 12),
        (dict(epoch_length=1000), 1000),
        (dict(round_up=False), 20),
    ],
    ids=str,
)
def test_an_epoch_is_of_whole_batches(concat, options, length):
    assert len(order_of(concat, **options)) == length
    assert len(ShareSampler(concat, SHARES, 4, seed=0, **options)) == length


def test_the_same_seed_and_epoch_give_the_same_order(concat):
    once = ShareSampler(concat, SHARES, batch_size=4, seed=3)
    first, again = list(once), list(once)
    once.set_epoch(5)
    fifth = list(once)
    assert first == again != fifth
    assert order_of(concat, epoch=5, seed=3) == fifth
    assert order_of(concat, epoch=5, seed=4) != fifth


@pytest.mark.parametrize('steps', [0, 3, 5, 12])
def test_a_resumed_training_by_steps_goes_on_with_the_order(concat, steps, monkeypatch):
    monkeypatch.setattr(loops.time, 'sleep', lambda _: None)  # between epochs
    said = []
    monkeypatch.setattr(loops, 'print_log', lambda message, **_: said.append(message))
    options = dict(shares=[0.5, 0.3, 0.2], batch_size=2, epoch_length=10, seed=1)

    def batches(resumed_at: int) -> list[list[int]]:
        loader = DataLoader(concat, 2, sampler=ShareSampler(concat, **options), collate_fn=list)
        iterator = loops._InfiniteDataloaderIterator(loader)
        iterator.skip_iter(resumed_at)
        return [next(iterator) for _ in range(14 - resumed_at)]

    assert batches(steps) == batches(0)[steps:]
    assert not [message for message in said if 'slower' in message]  # nothing is loaded to skip it


def test_without_a_seed_the_order_is_random_but_stays(concat, monkeypatch):
    monkeypatch.setattr(share_sampler, 'sync_random_seed', iter((3, 4)).__next__)
    first, second = (ShareSampler(concat, SHARES, batch_size=4) for _ in range(2))
    assert (first.seed, second.seed) == (3, 4)
    assert list(first) == list(first) != list(second)


def test_a_share_that_is_never_drawn_is_refused(concat):
    with pytest.raises(
        UserError, match=r'^a share of 0\.001 for 1 is not one image in an epoch of'
    ):
        ShareSampler(concat, [0.5, 0.001, 0.499], batch_size=4)


@pytest.mark.parametrize('world_size', [2, 3])
@pytest.mark.parametrize('batch_size', [1, 2, 4])
def test_processes_share_one_order(concat, on_ranks, world_size, batch_size):
    options = dict(seed=0, epoch_length=240, epoch=2)
    orders = on_ranks(world_size, concat, SHARES, batch_size, **options)
    (whole,) = on_ranks(1, concat, SHARES, batch_size * world_size, **options)
    assert len({len(order) for order in orders}) == 1
    batches = np.reshape(orders, (world_size, -1, batch_size))
    for step, together in enumerate(np.reshape(whole, (-1, world_size * batch_size))):
        # Each slot of the step is on one process, and its neighbours in the batch stay with it.
        expected = sorted(map(tuple, together.reshape(world_size, batch_size).tolist()))
        assert sorted(map(tuple, batches[:, step].tolist())) == expected


def test_no_image_is_on_two_processes_before_all_have_been_drawn(concat, on_ranks):
    first, second = on_ranks(2, concat, [1 / 3] * 3, 2, seed=0, epoch_length=12)
    assert not set(first) & set(second)


@pytest.mark.parametrize('batch_size', [1, 2])
def test_no_process_is_kept_to_one_source(on_ranks, batch_size):
    halves = ConcatDataset([Labelled([()] * 50), Labelled([()] * 50)])
    for order in on_ranks(2, halves, [0.5, 0.5], batch_size, seed=0):
        assert 0.2 < np.mean(np.array(order) < 50) < 0.8


def test_batches_of_a_data_loader_are_the_samplers(concat):
    sampler = DATA_SAMPLERS.build(
        dict(type='ShareSampler', shares=SHARES, batch_size=10, epoch_length=50),
        default_args=dict(dataset=concat, seed=0),
    )
    batches = list(DataLoader(concat, sampler=sampler, batch_size=10, collate_fn=list))
    assert [len(batch) for batch in batches] == [10] * 5


# What is refused


@pytest.mark.parametrize(
    ('shares', 'words'),
    [
        ([0.5, 0.3, 0.3], '0.5 + 0.3 + 0.3 = 1.1'),
        ([0.5, 0.3, 0.19999], '= 0.99999'),
        (dict(mask=0.5, neck=0.4), '0.5 + 0.4 = 0.9'),
        ([0.5, 0.5, 0.0], 'that of 2 is 0.0'),
        (dict(mask=1.5, neck=-0.5), "that of 'neck' is -0.5"),
        ([0.5, float('nan'), 0.5], 'that of 1 is nan'),
        ([0.5, '0.3', 0.2], "that of 1 is '0.3'"),
        ([True], 'that of 0 is True'),
        ([0.5, 0.5], 'shares has 2 numbers, but the training set has 3 sources'),
        ([0.25] * 4, 'shares has 4 numbers, but the training set has 3 sources'),
        (dict(mask=0.5, colour=0.5), "no task 'colour' to take from; there is 'detection', 'mask'"),
        (dict(detection=0.75, mask=0.25), "share of 'mask' is 0.25, but of 23 training images"),
        ([], 'not []'),
        ({}, 'not {}'),
        (0.5, 'not 0.5'),
        ('mask', "not 'mask'"),
    ],
    ids=str,
)
def test_shares_that_are_not_of_this_data_set_are_refused(concat, shares, words):
    with pytest.raises(UserError) as error:
        ShareSampler(concat, shares, batch_size=2)
    assert words in str(error.value)


@pytest.mark.parametrize('noise', [-9e-7, 9e-7])
def test_shares_may_be_rounded(concat, noise):
    assert len(ShareSampler(concat, [0.5, 0.3, 0.2 + noise], batch_size=2, seed=0)) == 24


@pytest.mark.parametrize('options', [dict(epoch_length=0), dict(epoch_length=3, round_up=False)])
def test_an_epoch_without_a_batch_is_refused(concat, options):
    with pytest.raises(UserError, match=r'images has no batch of 4 images on each of 1 processes'):
        ShareSampler(concat, SHARES, batch_size=4, **options)
