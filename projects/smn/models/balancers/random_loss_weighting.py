"""Weights drawn anew on every iteration."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from mmdet.registry import MODELS

from .base import LossBalancer, Losses, weigh


@MODELS.register_module()
class RandomLossWeighting(LossBalancer):
    """A baseline that any method of balancing should beat.

    Lin, Ye, Zhang and Tsang, "Reasonable Effectiveness of Random Weighting", 2022: for K tasks,
    ``K softmax(z)`` with a standard normal ``z`` on every iteration. (They let the weights sum to
    1; here they sum to K, so that the learning rate keeps its meaning.)

    Args:
        tasks: The detector fills them in.
        seed: The weights follow from it and from the number of the iteration, which is in the
            checkpoint: they are the same on all ranks, and go on after a resume.
    """

    def __init__(self, tasks: Sequence[str], seed: int = 0) -> None:
        super().__init__(tasks)
        self.seed = seed
        self.register_buffer('iteration', torch.zeros((), dtype=torch.long))

    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        generator = torch.Generator().manual_seed(self.seed + 1_000_003 * int(self.iteration))
        draw = torch.randn(len(self.tasks), generator=generator)
        weights = torch.softmax(draw, 0) * len(self.tasks)
        if self.training:
            self.iteration += 1
        return weigh({name: losses[name] for name in self.tasks}, weights.to(self.iteration.device))
