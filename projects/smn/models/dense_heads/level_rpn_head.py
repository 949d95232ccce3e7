"""An RPN that leaves out the finest feature maps."""

from __future__ import annotations

from mmdet.models.dense_heads import RPNHead
from mmdet.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class LevelRPNHead(RPNHead):
    """mmdet's ``RPNHead`` on the levels from ``start_level`` on.

    The finest map costs as much as all others together. Where no object is tiny, proposals do not
    need it, though masks, points and grades still do.

    Args:
        start_level: How many of the finest levels to leave out; ``anchor_generator.strides`` has
            the strides of the rest.
        kwargs: As in ``RPNHead``.
    """

    spares_incomplete_images = ('assigner',)

    def __init__(self, *args, start_level: int = 0, **kwargs) -> None:
        self.start_level = start_level
        super().__init__(*args, **kwargs)

    def forward(self, x: tuple[Tensor, ...]) -> tuple[list[Tensor], list[Tensor]]:
        """Scores and box deltas, one map per level that is left."""
        return super().forward(x[self.start_level :])
