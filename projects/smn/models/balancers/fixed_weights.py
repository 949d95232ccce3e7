"""Weights from the config."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import torch
from mmdet.registry import MODELS

from projects.smn.errors import UserError

from .base import LossBalancer, Losses, weigh


@MODELS.register_module()
class FixedWeights(LossBalancer):
    """The same weights for the whole training.

    Args:
        tasks: The detector fills them in.
        weights: Task to weight, 1 where it is not named.

    Raises:
        UserError: If ``weights`` names a task that does not exist, or has a negative number.
    """

    def __init__(self, tasks: Sequence[str], weights: Mapping[str, float] = {}) -> None:
        super().__init__(tasks)
        self.check_tasks('weights', weights)
        for name, weight in weights.items():
            if not isinstance(weight, int | float) or not math.isfinite(weight) or weight < 0:
                raise UserError(
                    f'FixedWeights: the weight of {name!r} is {weight!r}; it must be a number, 0 '
                    'or more'
                )
        values = [float(weights.get(name, 1.0)) for name in self.tasks]
        # From the config, hence not in the checkpoint: a changed weight must not be restored.
        self.register_buffer('weights', torch.tensor(values), persistent=False)

    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        return weigh({name: losses[name] for name in self.tasks}, self.weights)
