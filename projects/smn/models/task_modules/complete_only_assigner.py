"""Nothing is negative where there may be objects without a box."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

from mmdet.models.task_modules.assigners import AssignResult, BaseAssigner
from mmengine.structures import InstanceData
from torch import Tensor, nn


class CompleteOnlyAssigner(BaseAssigner):
    """Another assigner, without its negatives on images that are not labelled completely.

    On an image with ``complete: false``, what matches no box may well be an object, so it is
    neither positive nor negative. What matches a box is positive as ever. An image that is complete
    for some classes is one of these too, unless negatives count ``by_class``.

    Args:
        assigner: The assigner that decides what matches.
        by_class: Whether negatives stay where an image is complete for some of the classes, because
            the head lets them count for these alone.
    """

    def __init__(self, assigner: BaseAssigner, by_class: bool = False) -> None:
        self.assigner = assigner
        self.by_class = by_class

    def assign(self, *args, **kwargs) -> AssignResult:
        """As the other assigner; ``gt_instances.complete`` is in the meta information."""
        result = self.assigner.assign(*args, **kwargs)
        # Its place differs: ATSS has the number of anchors before it.
        given = signature(self.assigner.assign).bind(*args, **kwargs).arguments
        if not has_negatives(given['gt_instances'], self.by_class):
            result.gt_inds[result.gt_inds == 0] = -1  # mmdet's mark for: takes no part
        return result


class CompleteOnlyTargets:
    """The same for ``FCOSHead``, which has no assigner: its targets of an image.

    Args:
        targets: The head's own function.
        background: The label of what matches no box.
    """

    def __init__(self, targets: Callable, background: int) -> None:
        self.targets = targets
        self.background = background

    def __call__(self, gt_instances: InstanceData, *args, **kwargs) -> tuple[Tensor, Tensor]:
        """Labels (points,), -1 where a point takes no part, and box targets (points, 4)."""
        labels, boxes = self.targets(gt_instances, *args, **kwargs)
        if not has_negatives(gt_instances, by_class=True):
            labels = labels.masked_fill(labels == self.background, -1)
        return labels, boxes


class LabelledOnlyLoss(nn.Module):
    """Another loss of (N, classes) scores and (N,) labels, without what is labelled -1."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, scores: Tensor, labels: Tensor, **kwargs) -> Tensor:
        takes_part = (labels >= 0).to(scores.dtype)
        return self.loss(scores, labels.clamp(min=0), takes_part, **kwargs)


def has_negatives(gt_instances: InstanceData, by_class: bool) -> bool:
    """Whether what matches no box of an image is no object, as far as it is known.

    Args:
        gt_instances: With ``complete`` in the meta information.
        by_class: Whether it is enough that this is known of some classes.
    """
    complete = gt_instances.metainfo.get('complete', True)
    return bool(complete) if by_class else complete is True
