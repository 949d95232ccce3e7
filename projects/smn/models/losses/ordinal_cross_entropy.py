"""A loss for ordered classes."""

from __future__ import annotations

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class OrdinalCrossEntropyLoss(nn.Module):
    """Cross-entropy with soft labels that fall off with the distance of the grades.

    The target of grade g gives grade i the weight softmax(-sharpness * (i - g)^2) (SORD, Diaz and
    Marathe, CVPR 2019), so that a near miss costs less than a far one. The entropy of the target
    is subtracted: a perfect prediction has loss zero.

    Args:
        sharpness: The larger, the closer to plain cross-entropy.
        loss_weight: Factor.
    """

    def __init__(self, sharpness: float = 2.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.sharpness = sharpness
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean loss of logits (N, grades) for labels (N,)."""
        if not len(logits):
            return logits.sum()
        grades = torch.arange(logits.shape[1], device=logits.device, dtype=logits.dtype)
        log_targets = (-self.sharpness * (grades - labels[:, None]) ** 2).log_softmax(-1)
        loss = nn.functional.kl_div(
            logits.log_softmax(-1), log_targets, log_target=True, reduction='batchmean'
        )
        return self.loss_weight * loss
