"""A loss for semantic maps."""

from __future__ import annotations

from collections.abc import Sequence

from mmdet.models.losses import CrossEntropyLoss
from mmdet.registry import MODELS
from torch import Tensor, nn

from projects.smn.tasks import IGNORED


@MODELS.register_module()
class DiceCrossEntropyLoss(nn.Module):
    """Cross-entropy of the pixels plus one minus the Dice of each class, softly.

    Dice (Milletari et al. 2016, here with plain sums, as the metric has them) is taken per class
    over the whole batch, and averaged over the classes that are in it: a rare class counts as much
    as a common one. mmseg's loss of this name counts pixels that are not labelled among the
    predicted ones; here they count nowhere.

    Args:
        dice_weight: Factor of the Dice part, beside a cross-entropy of weight 1.
        class_weight: Factors of the classes in the cross-entropy; ``None`` for 1.
        loss_weight: Factor of both.
    """

    def __init__(
        self,
        dice_weight: float = 1.0,
        class_weight: Sequence[float] | None = None,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.entropy = CrossEntropyLoss(
            class_weight=class_weight, ignore_index=IGNORED, avg_non_ignore=True
        )
        self.dice_weight = dice_weight
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of logits (B, C, H, W) for class indices (B, H, W), 255 where not labelled.

        A connected zero if no pixel is labelled.
        """
        known = targets != IGNORED
        if not known.any():
            return logits[:0].sum()
        entropy = self.entropy(logits, targets, ignore_index=IGNORED)
        return self.loss_weight * (entropy + self.dice_weight * dice_loss(logits, targets, known))


def dice_loss(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """One minus the soft Dice of the classes that ``targets`` has at ``known`` pixels."""
    scores = logits.float().softmax(1).movedim(1, -1)[known]  # (pixels, classes)
    true = nn.functional.one_hot(targets[known], logits.shape[1]).to(scores.dtype)
    sizes = true.sum(0)
    dice = 2 * (scores * true).sum(0) / (scores.sum(0) + sizes)
    return 1 - dice[sizes > 0].mean()
