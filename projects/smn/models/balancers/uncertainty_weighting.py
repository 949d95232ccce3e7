"""Learned weights."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from mmdet.registry import MODELS
from torch import nn

from .base import LossBalancer, Losses


@MODELS.register_module()
class UncertaintyWeighting(LossBalancer):
    """Homoscedastic uncertainty of each task as its weight.

    Kendall, Gal and Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene
    Geometry and Semantics", 2018: the sum of ``L_i / (2 sigma_i^2) + log sigma_i``. What is learned
    is ``s_i = log sigma_i^2``, one number per task, which cannot leave its domain; then a term is
    ``exp(-s_i) / 2 * L_i + s_i / 2``. It is smallest at ``sigma_i^2 = L_i``, so a task whose loss
    has become small is weighted up.

    **The total may be negative.** The regulariser ``log sigma_i`` falls below zero as soon as
    ``sigma_i`` is below one, and at its best value a term is ``1/2 + 1/2 log L_i``, which is
    negative for a loss below 0.37. That is no fault: only differences of the total count.

    A task without labels in a batch gives no regulariser either: else its weight would drift
    without any evidence.

    Args:
        tasks: The detector fills them in.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks)
        # One tensor: the same optimizer settings for all; TaskRunner frees it of weight decay.
        self.log_variances = nn.Parameter(torch.zeros(len(self.tasks)))

    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        weighted, weights = {}, {}
        for name, log_variance in zip(self.tasks, self.log_variances, strict=True):
            weight = torch.exp(-log_variance) / 2
            weighted[name] = weight * losses[name]
            if name in active:
                weighted[name] = weighted[name] + log_variance / 2
            weights[name] = weight.detach()
        return weighted, weights
