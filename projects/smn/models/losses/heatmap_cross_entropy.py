"""A loss for keypoint heatmaps."""

from __future__ import annotations

from mmdet.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class HeatmapCrossEntropyLoss(nn.Module):
    """Cross-entropy between a target distribution over cells and the softmax of the logits.

    As in Mask R-CNN's keypoint branch (He et al. 2017), with a target that may be spread over
    several cells. The mean over all maps is divided by log(number of cells), the loss of a guess,
    so that its size does not depend on the resolution.

    Args:
        loss_weight: Factor.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of maps (M, H, W); a connected zero if M is 0."""
        if not len(logits):
            return logits.sum()
        logits, targets = logits.flatten(1), targets.flatten(1)
        losses = -(targets * logits.log_softmax(-1)).sum(-1)
        guess = logits.new_tensor(float(logits.shape[1])).log()
        return self.loss_weight * losses.mean() / guess
