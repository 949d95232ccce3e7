"""What all heads have in common: the tasks they answer, and the loss of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import nn

from projects.smn.tasks import Task, output_names


class AnsweringHead(BaseModule):
    """A head that answers several tasks.

    Args:
        tasks: The tasks of this head, by name.
        init_cfg: As in mmengine.
    """

    kinds: ClassVar[tuple[str, ...] | None] = None
    """Of the tasks it can answer; ``None``: all that say what ``num_outputs`` numbers mean."""
    per: ClassVar[str]

    def __init__(self, tasks: Mapping[str, Task], init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.tasks = dict(tasks)
        self.losses = nn.ModuleDict(
            {name: MODELS.build(task.loss) for name, task in self.tasks.items()}
        )

    @classmethod
    def answers(cls, task: Task) -> bool:
        """Whether this head can answer a task."""
        able = task.num_outputs is not None if cls.kinds is None else task.kind in cls.kinds
        return able and task.per == cls.per

    def output_rows(self, tasks: Mapping[str, Task]) -> dict[str, tuple[str, ...]]:
        """What the rows of its last layers are about, so that weights can be loaded by name.

        Here for heads with a layer for each task in ``predictors``.

        Args:
            tasks: Those of the network whose weights are asked about, in its order.

        Returns:
            The name of a layer within this head to a name for each row of its parameters.
        """
        own = (name for name in tasks if name in getattr(self, 'predictors', {}))
        return {f'predictors.{name}': output_names(tasks[name]) for name in own}
