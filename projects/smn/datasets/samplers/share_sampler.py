"""A chosen share of each source, or of each task, in every batch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from mmdet.registry import DATA_SAMPLERS
from mmengine.dist import get_dist_info, sync_random_seed
from torch.utils.data import Dataset, Sampler

from projects.smn.errors import UserError

from .pools import check_shares, find_pools


@DATA_SAMPLERS.register_module()
class ShareSampler(Sampler):
    """Draws images so that every batch has its share of each source or task, up to rounding.

    Each share has a pool: the images of one source, or those that have a label of one task. An
    image can be in the pools of several tasks. Images of a pool are drawn in a random order, all
    of them once before any of them again, also from one epoch to the next. The order depends on
    the seed and the epoch alone, so that a run that is resumed goes on with it.

    It needs ``batch_sampler=None``: a batch sampler that regroups images, such as mmdet's
    ``AspectRatioBatchSampler``, would break the shares.

    Args:
        dataset: The training set.
        shares: One number for each source of a ``ConcatDataset``, ``[0.5, 0.3, 0.2]``; or task
            names to numbers, ``dict(mask=0.4, neck=0.3, detection=0.3)``, where ``'detection'`` is
            for images that are complete for a class, or have a box. They sum to 1.
        batch_size: Of one process. ``link_tasks`` fills in that of the data loader.
        epoch_length: How many images all processes together draw in an epoch. Default: as many as
            there are.
        shuffle: Whether to draw from a pool in a random order.
        seed: The same on all processes. ``None`` for a random one.
        round_up: Whether the epoch is made longer, or else shorter, to whole batches on all
            processes.

    Raises:
        UserError: If the shares are not those of this data set, or the epoch has no batch, or no
            image of one of the pools.
    """

    def __init__(
        self,
        dataset: Dataset,
        shares: Sequence[float] | Mapping[str, float],
        batch_size: int,
        epoch_length: int | None = None,
        shuffle: bool = True,
        seed: int | None = None,
        round_up: bool = True,
    ) -> None:
        self.rank, self.world_size = get_dist_info()
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = sync_random_seed() if seed is None else seed
        self.epoch = 0
        self._first_epoch, self._passed = 0, 0
        shares = check_shares(shares)
        self.pools = find_pools(dataset, shares)
        length = len(dataset) if epoch_length is None else epoch_length
        steps = length / (batch_size * self.world_size)
        self.num_steps = math.ceil(steps) if round_up else math.floor(steps)
        if self.num_steps < 1:
            raise UserError(
                f'an epoch of {length} images has no batch of {batch_size} images on each of '
                f'{self.world_size} processes'
            )
        slots = self.num_steps * self.world_size * batch_size
        self._pool_of_slot = deal_slots(list(shares.values()), slots)
        for number, key in enumerate(shares):
            if number not in self._pool_of_slot:
                raise UserError(
                    f'a share of {shares[key]:g} for {key!r} is not one image in an epoch of '
                    f'{slots}: make it larger, or the epoch longer (epoch_length=...)'
                )

    def __iter__(self) -> Iterator[int]:
        order = np.empty(len(self._pool_of_slot), np.int64)
        for number in range(len(self.pools)):
            slots = np.flatnonzero(self._pool_of_slot == number)
            order[slots] = self._draw(number, self.epoch * len(slots), len(slots))
        batches = order.reshape(self.num_steps, self.world_size, self.batch_size)
        ranks = np.tile(np.arange(self.world_size), (self.num_steps, 1))
        if self.shuffle:
            # The order has a rhythm: do not always give the same beat to the same process.
            ranks = np.random.default_rng([self.seed, self.epoch]).permuted(ranks, axis=1)
        mine = batches[np.arange(self.num_steps), ranks[:, self.rank]]
        passed, self._passed = self._passed, 0
        yield from mine.reshape(-1)[passed:].tolist()

    def _draw(self, number: int, start: int, count: int) -> np.ndarray:
        """The images that are drawn from a pool after ``start`` others, over all epochs."""
        pool = self.pools[number]
        first_round, skipped = divmod(start, len(pool))
        rounds = range(first_round, first_round + -(-(skipped + count) // len(pool)))
        drawn = [pool[self._order_of_round(number, i)] for i in rounds]
        return np.concatenate([pool[:0], *drawn])[skipped : skipped + count]

    def _order_of_round(self, number: int, round_number: int) -> np.ndarray:
        size = len(self.pools[number])
        if not self.shuffle:
            return np.arange(size)
        return np.random.default_rng([self.seed, number, round_number]).permutation(size)

    def __len__(self) -> int:
        """The number of images that this process draws in an epoch."""
        return self.num_steps * self.batch_size

    def set_epoch(self, epoch: int) -> None:
        """Go to the order of an epoch, counted from 0, or from the one that was skipped to."""
        self.epoch = self._first_epoch + epoch

    def skip(self, num_samples: int) -> None:
        """Go on where a training by steps stopped, as ``InfiniteSampler.skip`` of mmengine does.

        Args:
            num_samples: How many images this process has drawn from the beginning, over all epochs.
        """
        self._first_epoch, self._passed = divmod(num_samples, len(self))
        self.epoch = self._first_epoch


def deal_slots(shares: Sequence[float], count: int) -> np.ndarray:
    """Which pool each slot goes to.

    A slot goes to the pool that would be the first to fall behind its share by a whole slot, among
    those that are behind at all. This is the quota method of Balinski and Young (1975): every
    prefix of the order has the share of each pool, rounded down or up.

    Args:
        shares: Positive, sum to 1.
        count: The number of slots.

    Returns:
        Positions in ``shares``, (count,).
    """
    shares = np.array(shares, np.float64) / np.sum(shares)
    given = np.zeros(len(shares))
    order = np.empty(count, np.int64)
    for slot in range(count):
        behind = shares * (slot + 1) - given > 1e-9  # more than an error of rounding
        due = np.where(behind, (given + 1) / shares, np.inf)
        order[slot] = due.argmin()
        given[order[slot]] += 1
    return order
