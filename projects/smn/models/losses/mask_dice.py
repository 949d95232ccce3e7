"""A loss for thin masks."""

from __future__ import annotations

import torch
from mmdet.models.losses import DiceLoss
from mmdet.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MaskDiceLoss(nn.Module):
    """Binary cross-entropy plus Dice loss, on the map of each RoI's class.

    Cross-entropy alone counts cells: a thin mask has so few that a network gets far by predicting
    none. The Dice loss (Milletari et al. 2016, here with plain sums, as the Dice metric has them)
    counts the share of the mask that is found, whatever its size.

    Args:
        dice_weight: Factor of the Dice loss, beside a cross-entropy of weight 1.
        loss_weight: Factor of both.
    """

    def __init__(self, dice_weight: float = 1.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.dice = DiceLoss(naive_dice=True, eps=1.0, loss_weight=dice_weight)
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor, channels: Tensor) -> Tensor:
        """The mean loss over RoIs.

        Args:
            logits: (R, C, h, w), a map per class.
            targets: (R, h, w), 0 or 1.
            channels: (R,), which of the C maps counts.
        """
        maps = logits[torch.arange(len(logits), device=logits.device), channels]
        entropy = nn.functional.binary_cross_entropy_with_logits(maps, targets.to(maps.dtype))
        return self.loss_weight * (entropy + self.dice(maps.flatten(1), targets.flatten(1)))
