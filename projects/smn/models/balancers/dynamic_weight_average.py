"""Weights from how fast each loss falls."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from mmdet.registry import MODELS
from mmengine.dist import all_reduce

from projects.smn.errors import UserError

from .base import LossBalancer, Losses, stacked, weigh

NOTHING = 1e-6


@MODELS.register_module()
class DynamicWeightAverage(LossBalancer):
    """More weight for a task whose loss falls more slowly than that of the others.

    Liu, Johns and Davison, "End-to-End Multi-Task Learning with Attention", 2019: with ``r_i`` the
    mean loss of the last period divided by that of the period before, the weights are
    ``K softmax(r / temperature)`` for K tasks. They are 1 for the first two periods.

    A period is ``interval`` iterations, not an epoch: a few hundred images make an epoch too short,
    and a run of iterations has none. A mean is over the batches, of all ranks, in which the task
    has labels; a task without any in a period keeps the mean of the period before.

    Args:
        tasks: The detector fills them in.
        interval: Iterations from one update of the weights to the next.
        temperature: The larger, the more even the weights.

    Raises:
        UserError: If ``interval`` is no whole number of 1 or more, or ``temperature`` not above 0.
    """

    def __init__(self, tasks: Sequence[str], interval: int = 100, temperature: float = 2.0) -> None:
        super().__init__(tasks)
        if not isinstance(interval, int) or interval < 1:
            raise UserError(
                f'DynamicWeightAverage: interval must be 1 or more iterations, not {interval!r}'
            )
        if not temperature > 0:
            raise UserError(
                f'DynamicWeightAverage: temperature must be above 0, not {temperature!r}'
            )
        self.interval = interval
        self.temperature = temperature
        count = len(self.tasks)
        self.register_buffer('weights', torch.ones(count))
        self.register_buffer('totals', torch.zeros(count))
        self.register_buffer('batches', torch.zeros(count))
        self.register_buffer('mean', torch.full((count,), torch.nan))
        self.register_buffer('mean_before', torch.full((count,), torch.nan))
        self.register_buffer('iteration', torch.zeros((), dtype=torch.long))

    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        result = weigh({name: losses[name] for name in self.tasks}, self.weights)
        if self.training:
            self._collect(losses, active)
        return result

    def _collect(self, losses: Losses, active: Collection[str]) -> None:
        labelled = self.totals.new_tensor([name in active for name in self.tasks])
        sums = torch.stack([stacked(losses, self.tasks) * labelled, labelled])
        # On every iteration, so that the state is the same on all ranks at any time.
        all_reduce(sums)
        self.totals += sums[0]
        self.batches += sums[1]
        self.iteration += 1
        if self.iteration % self.interval == 0:
            self._end_period()

    def _end_period(self) -> None:
        mean = torch.where(self.batches > 0, self.totals / self.batches.clamp(min=1), self.mean)
        self.mean_before.copy_(self.mean)
        self.mean.copy_(mean)
        self.totals.zero_()
        self.batches.zero_()
        # 1 for a task whose speed is not known yet, or whose loss was nothing already.
        known = self.mean_before > NOTHING
        speed = torch.where(known, self.mean / self.mean_before, torch.ones_like(self.mean))
        self.weights.copy_(torch.softmax(speed / self.temperature, 0) * len(self.tasks))
