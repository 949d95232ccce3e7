"""Methods that combine the gradients of the tasks instead of their losses."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from mmengine.dist import is_distributed
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import Tensor

from projects.smn.errors import UserError, listing


@OPTIM_WRAPPERS.register_module()
class JacobianOptimWrapper(OptimWrapper):
    """An ``OptimWrapper`` that aggregates one gradient per task, by the library torchjd.

    ``optim_wrapper = dict(type='JacobianOptimWrapper', aggregator=dict(type='UPGrad'))`` and
    ``pip install -r requirements/balance.txt``. A step costs one backward pass per task, and
    memory for one gradient of the whole network per task.

    Args:
        aggregator: ``type`` is the name of a class in ``torchjd.aggregation``, such as ``PCGrad``,
            ``UPGrad``, ``MGDA`` or ``GradDrop``; the rest are its options.
        kwargs: As in ``OptimWrapper``.

    Raises:
        UserError: If torchjd is not installed, has no such aggregator, or the run is distributed.
            ``DistributedDataParallel`` averages gradients while it computes them, and these
            methods need the gradients of the tasks first.
    """

    by_task = True
    """Tells the detector to hand over the tasks' losses instead of their sum."""

    def __init__(self, *args, aggregator: Mapping = dict(type='UPGrad'), **kwargs) -> None:
        if is_distributed():
            raise UserError(
                f'JacobianOptimWrapper({aggregator["type"]}) cannot run distributed; use one '
                'process, or a balancer of losses (docs/balancing.md)'
            )
        super().__init__(*args, **kwargs)
        self.aggregator = _build_aggregator(aggregator)

    def scale_loss(self, loss: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Divide each loss by the number of batches that a step accumulates."""
        return {name: super(JacobianOptimWrapper, self).scale_loss(v) for name, v in loss.items()}

    def backward(self, loss: Mapping[str, Tensor], **kwargs) -> None:
        """Add the aggregated gradient of the tasks' losses to ``.grad``.

        Args:
            loss: Task to weighted loss.
            kwargs: As in ``torchjd.autojac.backward``.
        """
        from torchjd.autojac import backward, jac_to_grad

        # One task after the other: mmcv's operators do not work under vmap.
        backward(list(loss.values()), parallel_chunk_size=1, **kwargs)
        parameters = [p for group in self.param_groups for p in group['params']]
        jac_to_grad([p for p in parameters if getattr(p, 'jac', None) is not None], self.aggregator)
        self._inner_count += 1


def _build_aggregator(config: Mapping):
    try:
        from torchjd import aggregation
    except ImportError:
        raise UserError(
            'JacobianOptimWrapper needs torchjd: pip install -r requirements/balance.txt'
        ) from None
    options = dict(config)
    name = options.pop('type')
    known = {
        key: value
        for key, value in vars(aggregation).items()
        if inspect.isclass(value) and issubclass(value, aggregation.Aggregator)
    }
    if name not in known:
        raise UserError(f'torchjd has no aggregator {name!r}; it has {listing(known, 30)}')
    try:
        return known[name](**options)
    except (TypeError, ValueError, ImportError) as error:
        raise UserError(f'aggregator {name!r}: {error}') from error
