"""Nothing is negative where not every object is labelled."""

from __future__ import annotations

from mmdet.models.dense_heads import VFNetHead, YOLOXHead
from mmdet.models.task_modules.assigners import AssignResult, BaseAssigner
from mmengine.structures import InstanceData
from torch import nn

from projects.smn.errors import UserError

# They have an assigner, and yet take for background all that is not positive.
HEADS_WITH_BACKGROUND_OF_THEIR_OWN = (VFNetHead, YOLOXHead)


class CompleteOnlyAssigner(BaseAssigner):
    """Another assigner, without its negatives on images that are not labelled completely.

    On an image with ``complete: false``, what matches no box may well be an object, so it is
    neither positive nor negative. What matches a box is positive as ever.

    Args:
        assigner: The assigner that decides what matches.
    """

    def __init__(self, assigner: BaseAssigner) -> None:
        self.assigner = assigner

    def assign(
        self, pred_instances: InstanceData, gt_instances: InstanceData, *args, **kwargs
    ) -> AssignResult:
        """As the other assigner; ``gt_instances.complete`` is in the meta information."""
        result = self.assigner.assign(pred_instances, gt_instances, *args, **kwargs)
        if not gt_instances.metainfo.get('complete', True):
            result.gt_inds[result.gt_inds == 0] = -1  # mmdet's mark for: takes no part
        return result


def spare_incomplete_images(head: nn.Module, attribute: str = 'assigner') -> None:
    """Put a :class:`CompleteOnlyAssigner` into a head that is to be trained.

    Args:
        head: A dense head, or with ``attribute='bbox_assigner'`` a RoI head.
        attribute: Where the head keeps its assigner.

    Raises:
        UserError: If the head has none, or does not leave out what its assigner leaves out.
    """
    assigner = getattr(head, attribute, None)
    if assigner is None or isinstance(head, HEADS_WITH_BACKGROUND_OF_THEIR_OWN):
        raise UserError(
            f'{type(head).__name__} has no assigner that says what is background, so images that '
            'are not labelled completely would teach it that there is nothing; take a head that '
            'has one, such as SSDHead, RetinaHead or RPNHead'
        )
    setattr(head, attribute, CompleteOnlyAssigner(assigner))
