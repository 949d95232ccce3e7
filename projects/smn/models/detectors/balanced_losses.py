"""From the losses of all heads to one loss per task, and from these to their weighted sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from mmengine.dist import all_reduce, get_world_size
from mmengine.optim import OptimWrapper
from torch import Tensor

from projects.smn.errors import UserError
from projects.smn.tasks import DETECTION

from ..balancers import build_balancer
from ..task_modules import has_negatives


class BalancedLosses:
    """A detector whose losses a balancer weighs. Put it before the detector among the bases.

    All losses that belong to no task are those of ``'detection'``.

    ``loss()`` returns the heads' losses, and for each task ``labelled/<task>``, how many labelled
    objects stand behind its loss. The log shows these losses as they are, under ``loss`` the
    weighted sum that is minimised, and with a balancer ``weight/<task>``.
    """

    def init_balancer(self, balancer: Mapping | None, tasks: Iterable[str]) -> None:
        """Build the balancer.

        Args:
            balancer: Its config; ``None`` for the plain sum of the losses.
            tasks: The names of all tasks, ``'detection'`` included.

        Raises:
            UserError: If there is no such balancer, or it names a task that does not exist.
        """
        self.balanced_tasks = tuple(tasks)
        self.balancer = build_balancer(balancer, self.balanced_tasks) if balancer else None

    def forward(self, inputs: Tensor, data_samples: list | None = None, mode: str = 'tensor'):
        """As in ``BaseDetector``; with ``mode='loss'`` also ``balanced``, task to weighted loss."""
        result = super().forward(inputs, data_samples, mode)
        # Here and not in parse_losses, which DistributedDataParallel does not see.
        return self._balance(result) if mode == 'loss' else result

    def _balance(self, losses: dict) -> dict:
        counts = {name: losses.pop(f'labelled/{name}') for name in self.balanced_tasks}
        active = {name for name, count in counts.items() if count > 0}
        balanced, weights = self._by_task(losses), {}
        if self.balancer is not None:
            balanced, weights = self.balancer(balanced, active)
            active = {name for name in active if weights[name] > 0}
        balanced = self._over_ranks(balanced, active)
        weights = {f'weight/{name}': weight for name, weight in weights.items()}
        return dict(losses, balanced=balanced, active=active, **weights)

    def _over_ranks(self, losses: dict[str, Tensor], active: set[str]) -> dict[str, Tensor]:
        """Make up for ranks without labels of a task.

        ``DistributedDataParallel`` takes the mean over all ranks; a task's mean is over those that
        have labels of it, or a rare label would count less the more ranks there are.
        """
        if get_world_size() == 1:
            return losses
        some_loss = next(iter(losses.values()))
        ranks = some_loss.new_tensor([name in active for name in losses])
        all_reduce(ranks)
        factors = get_world_size() / ranks.clamp(min=1)
        return {name: loss * f for (name, loss), f in zip(losses.items(), factors, strict=True)}

    def _by_task(self, losses: Mapping) -> dict[str, Tensor]:
        sums: dict[str, list[Tensor]] = {name: [] for name in self.balanced_tasks}
        for key, value in losses.items():
            if 'loss' in key:
                task = key.removeprefix('loss_')
                parts = value if isinstance(value, list) else [value]
                sums[task if task in sums else DETECTION].extend(part.mean() for part in parts)
        return {name: sum(parts) for name, parts in sums.items()}

    def parse_losses(self, losses: dict) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum, and what is logged."""
        losses = dict(losses)
        total = sum(losses.pop('balanced').values())
        losses.pop('active')
        _, log_vars = super().parse_losses(losses)
        log_vars['loss'] = total
        return total, log_vars

    def train_step(self, data: dict, optim_wrapper: OptimWrapper) -> dict[str, Tensor]:
        """One step; an optimizer wrapper with ``by_task`` gets the tasks' losses one by one."""
        if not getattr(optim_wrapper, 'by_task', False):
            return super().train_step(data, optim_wrapper)
        with optim_wrapper.optim_context(self):
            data = self.data_preprocessor(data, training=True)
            losses = self._run_forward(data, mode='loss')
        _, log_vars = self.parse_losses(losses)
        balanced = losses['balanced']
        # A gradient of zero is no opinion; some methods would take it for one and stand still.
        labelled = {name: loss for name, loss in balanced.items() if name in losses['active']}
        optim_wrapper.update_params(labelled or balanced)
        return log_vars


def labelled_for_detection(
    data_samples: list, needs_boxes: bool = False, by_class: bool = False
) -> Tensor:
    """How many images of a batch teach detection.

    Args:
        data_samples: Of the batch.
        needs_boxes: Whether images teach nothing without a box. Else complete ones teach that
            there is none.
        by_class: Whether those that are complete for some classes teach that there is none of
            these.
    """
    taught = [
        len(sample.gt_instances) > 0
        or (has_negatives(sample.gt_instances, by_class) and not needs_boxes)
        for sample in data_samples
    ]
    return torch.tensor(sum(taught))


def refuse_without_classes(classes: Sequence[str]) -> None:
    """Say what a config lacks whose detector was not given the classes.

    Raises:
        UserError: If there are none.
    """
    if not classes:
        raise UserError(
            'the model does not know the classes; a config for it needs top-level `classes` '
            "and `tasks`, and runner_type='TaskRunner'"
        )
