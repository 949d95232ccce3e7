"""The focal loss of independent classes, and its gradient.

Lin et al., Focal loss for dense object detection, https://arxiv.org/abs/1708.02002.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, one_hot

from .precision import working_dtype


def sigmoid_focal_loss(
    logits: Tensor, labels: Tensor, weight: Tensor, gamma: float, alpha: float
) -> Tensor:
    """-alpha (1 - p)^gamma log p where a class is the label, -(1 - alpha) p^gamma log(1 - p) else.

    Args:
        logits: (N, classes).
        labels: (N,), whole numbers; that of the background is the number of classes.
        weight: (classes,), of samples by their labels, or (0,) for none.

    Returns:
        Losses (N, classes), not reduced.
    """
    x = logits.detach().to(working_dtype(logits))
    p = x.sigmoid()
    positive = alpha * (1 - p) ** gamma * logsigmoid(x)
    negative = (1 - alpha) * p**gamma * logsigmoid(-x)
    return (-picked(labels, positive, negative) * by_label(weight, labels)).to(logits.dtype)


def sigmoid_focal_loss_gradient(
    logits: Tensor, labels: Tensor, weight: Tensor, gamma: float, alpha: float
) -> Tensor:
    """The derivative (N, classes) of each loss by its logit."""
    x = logits.detach().to(working_dtype(logits))
    p, q = x.sigmoid(), (-x).sigmoid()
    positive = alpha * q**gamma * (q - gamma * p * logsigmoid(x))
    negative = (1 - alpha) * p**gamma * (gamma * q * logsigmoid(-x) - p)
    return (-picked(labels, positive, negative) * by_label(weight, labels)).to(logits.dtype)


def picked(labels: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Of two tensors (N, classes), the first where a class is the label."""
    classes = positive.shape[1]
    return torch.where(one_hot(labels, classes + 1)[:, :classes].bool(), positive, negative)


def by_label(weight: Tensor, labels: Tensor) -> Tensor | float:
    """The weight (N, 1) of each sample. mmcv gives none for the background: it counts once."""
    if not len(weight):
        return 1.0
    return torch.cat([weight, weight.new_ones(1)])[labels][:, None]
