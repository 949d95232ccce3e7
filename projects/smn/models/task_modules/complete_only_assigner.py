"""Nothing is negative where not every object is labelled."""

from __future__ import annotations

from mmdet.models.task_modules.assigners import AssignResult, BaseAssigner
from mmengine.structures import InstanceData


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
