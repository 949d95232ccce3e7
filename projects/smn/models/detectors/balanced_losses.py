"""From the losses of all heads to one loss per task, and from these to their weighted sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from mmdet.registry import MODELS
from mmengine.optim import OptimWrapper
from torch import Tensor

from projects.smn.errors import UserError
from projects.smn.tasks import DETECTION


class BalancedLosses:
    """A detector whose losses a balancer weighs. Put it before the detector among the bases.

    All losses that belong to no task of the config are those of ``'detection'``.

    ``loss()`` returns the heads' losses, and for each task ``labelled/<task>``, how many labelled
    objects stand behind its loss. The log shows these losses as they are, under ``loss`` the
    weighted sum that is minimised, and with a balancer ``weight/<task>``.
    """

    def init_balancer(self, balancer: Mapping | None, tasks: Iterable[str]) -> None:
        """Build the balancer.

        Args:
            balancer: Its config; ``None`` for the plain sum of the losses.
            tasks: The names of the config's tasks.

        Raises:
            UserError: If there is no balancer of this type.
        """
        self.balanced_tasks = (DETECTION, *tasks)
        self.balancer = None
        if balancer is not None:
            if MODELS.get(balancer['type']) is None:
                raise UserError(f'there is no balancer {balancer["type"]!r}; see docs/balancing.md')
            self.balancer = MODELS.build(dict(balancer, tasks=self.balanced_tasks))

    def forward(self, inputs: Tensor, data_samples: list | None = None, mode: str = 'tensor'):
        """As in ``BaseDetector``; with ``mode='loss'`` also ``balanced``, task to weighted loss."""
        result = super().forward(inputs, data_samples, mode)
        # Here and not in parse_losses, which DistributedDataParallel does not see.
        return self._balance(result) if mode == 'loss' else result

    def _balance(self, losses: dict) -> dict:
        counts = {name: losses.pop(f'labelled/{name}') for name in self.balanced_tasks}
        by_task = self._by_task(losses)
        balanced, weights = by_task, {}
        if self.balancer is not None:
            active = {name for name, count in counts.items() if count > 0}
            balanced, weights = self.balancer(by_task, active)
        weights = {f'weight/{name}': weight for name, weight in weights.items()}
        return dict(losses, balanced=balanced, **weights)

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
        optim_wrapper.update_params(losses['balanced'])
        return log_vars


def labelled_for_detection(data_samples: list) -> Tensor:
    """How many images of a batch teach detection: complete ones, and those with a box."""
    taught = [s.metainfo.get('complete', True) or len(s.gt_instances) > 0 for s in data_samples]
    return torch.tensor(sum(taught))
