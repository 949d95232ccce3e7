"""What a detector asks of a balancer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor

from projects.smn.errors import UserError, listing

Losses = dict[str, Tensor]


class LossBalancer(BaseModule):
    """Weighs one loss per task. Its state is in the checkpoint, so that a resumed run goes on.

    All methods here can run distributed: every rank computes the same weights.

    Args:
        tasks: ``'detection'`` (proposals and boxes), then the config's tasks. The detector fills
            them in.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__()
        self.tasks = tuple(tasks)

    @abstractmethod
    def forward(self, losses: Losses, active: Collection[str]) -> tuple[Losses, Losses]:
        """Weigh the losses of one batch.

        Args:
            losses: Task to loss, each a scalar. All tasks are there on every call; one without
                labels in the batch has a zero that hangs on its parameters.
            active: The tasks that have labels in the batch.

        Returns:
            Task to weighted loss, to be summed; and task to weight, without a graph, for the log.
        """

    def check_tasks(self, option: str, names: Iterable[str]) -> None:
        """Check the tasks that an option of the config names.

        Raises:
            UserError: If one does not exist.
        """
        for name in names:
            if name not in self.tasks:
                raise UserError(
                    f'{type(self).__name__}({option}=...) names {name!r}, which is no task; '
                    f'there are {listing(self.tasks, 20)}'
                )


def build_balancer(config: Mapping, tasks: Sequence[str]) -> LossBalancer:
    """Build a balancer from its config.

    Raises:
        UserError: If there is no such type, or it has no such option.
    """
    kind = config.get('type')
    if kind is None or MODELS.get(kind) is None:
        raise UserError(f'there is no balancer of type {kind!r}; see docs/balancing.md')
    try:
        return MODELS.build(dict(config, tasks=tasks))
    except TypeError as error:
        raise UserError(f'balancer {kind}: {error}') from error


def weigh(losses: Mapping[str, Tensor], weights: Tensor) -> tuple[Losses, Losses]:
    """Multiply each loss by its weight; ``weights`` (tasks,) in the order of ``losses``."""
    # A copy: the graph of a loss needs its weight when the balancer's buffer has moved on.
    by_task = dict(zip(losses, weights.detach().clone(), strict=True))
    return {name: loss * by_task[name] for name, loss in losses.items()}, by_task


def stacked(losses: Mapping[str, Tensor], tasks: Sequence[str]) -> Tensor:
    """The values of the losses (tasks,), without a graph, in the order of ``tasks``."""
    return torch.stack([losses[name].detach().float() for name in tasks])
