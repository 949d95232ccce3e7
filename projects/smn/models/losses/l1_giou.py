"""A loss for one box per image."""

from __future__ import annotations

import torch
from mmdet.models.losses import GIoULoss, L1Loss
from mmdet.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class L1GIoULoss(nn.Module):
    """L1 of the corners plus generalised IoU, with DETR's weights (Carion et al. 2020).

    Boxes are in shares of the image, so that the L1 part does not depend on its size.

    Args:
        l1_weight: Factor of the mean absolute difference of a coordinate.
        giou_weight: Factor of 1 - GIoU (Rezatofighi et al. 2019).
        loss_weight: Factor of both.
    """

    def __init__(
        self, l1_weight: float = 5.0, giou_weight: float = 2.0, loss_weight: float = 1.0
    ) -> None:
        super().__init__()
        self.l1 = L1Loss(loss_weight=l1_weight)
        self.giou = GIoULoss(loss_weight=giou_weight)
        self.loss_weight = loss_weight

    def forward(self, boxes: Tensor, targets: Tensor) -> Tensor:
        """The mean loss of boxes (N, 4), x1, y1, x2, y2, whose corners may be swapped.

        A connected zero if N is 0.
        """
        if not len(boxes):
            return boxes.sum()
        return self.loss_weight * (self.l1(boxes, targets) + self.giou(sorted_box(boxes), targets))


def sorted_box(boxes: Tensor) -> Tensor:
    """Boxes (N, 4) of any two opposite corners as x1 <= x2, y1 <= y2."""
    first, second = boxes[:, :2], boxes[:, 2:]
    return torch.cat([torch.minimum(first, second), torch.maximum(first, second)], dim=1)
