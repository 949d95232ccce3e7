"""Detection first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from mmdet.registry import MODELS

from projects.smn.errors import UserError, listing
from projects.smn.tasks import DETECTION

from .base import LossBalancer, Losses, build_balancer


@MODELS.register_module()
class WarmUp(LossBalancer):
    """Let tasks join after some iterations; then leave the weights to another balancer.

    A task that waits has weight 0, and the other balancer takes it for one without labels.

    Args:
        tasks: The detector fills them in.
        iterations: How long all tasks but ``'detection'`` wait; or task to number, where the
            tasks that are not named do not wait.
        balancer: Config of the balancer that weighs the tasks that have joined.

    Raises:
        UserError: If ``iterations`` names a task that does not exist, or a number is negative, or
            all tasks wait, as they would by default in a network without detection.
    """

    def __init__(
        self,
        tasks: Sequence[str],
        iterations: int | Mapping[str, int] = 500,
        balancer: Mapping = dict(type='FixedWeights'),
    ) -> None:
        super().__init__(tasks)
        if not isinstance(iterations, Mapping):
            iterations = {name: iterations for name in self.tasks if name != DETECTION}
        self.check_tasks('iterations', iterations)
        for name, number in iterations.items():
            if not isinstance(number, int) or number < 0:
                raise UserError(
                    f'WarmUp: {name!r} waits for {number!r} iterations; it must be a whole '
                    'number, 0 or more'
                )
        self.iterations = dict(iterations)
        if all(self.iterations.get(name, 0) > 0 for name in self.tasks):
            raise UserError(
                f'WarmUp: all tasks wait ({listing(self.tasks, 20)}), so nothing would be trained; '
                'name those that are to join later, iterations=dict(...)'
            )
        self.balancer = build_balancer(balancer, self.tasks)
        self.register_buffer('iteration', torch.zeros((), dtype=torch.long))

    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        now = int(self.iteration)
        waiting = {name for name, number in self.iterations.items() if now < number}
        # Times zero instead of left out: its parameters stay in the graph on every rank.
        losses = {n: loss * 0 if n in waiting else loss for n, loss in losses.items()}
        weighted, weights = self.balancer(losses, set(active) - waiting)
        if self.training:
            self.iteration += 1
        return weighted, {n: w * 0 if n in waiting else w for n, w in weights.items()}
