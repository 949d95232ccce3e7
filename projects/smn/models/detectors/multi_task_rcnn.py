"""The two-stage network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mmdet.models.detectors import TwoStageDetector
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from torch import Tensor

from projects.smn.tasks import DETECTION, build_tasks

from ..task_modules import CompleteOnlyAssigner
from .balanced_losses import BalancedLosses, labelled_for_detection, refuse_without_classes


@MODELS.register_module()
class MultiTaskRCNN(BalancedLosses, TwoStageDetector):
    """Faster R-CNN whose RoI head answers any number of tasks per object.

    Args:
        classes: The classes of the data set.
        tasks: The config's ``tasks``. ``TaskRunner`` fills in both.
        balancer: Config of what weighs the tasks' losses; ``None`` for their plain sum.
        backbone: And so on: as in ``TwoStageDetector``.
    """

    def __init__(
        self,
        *,
        roi_head: Mapping,
        classes: Sequence[str] = (),
        tasks: Mapping = {},
        balancer: Mapping | None = None,
        **kwargs,
    ) -> None:
        refuse_without_classes(classes)
        roi_head = dict(roi_head, classes=classes, tasks=tasks)
        super().__init__(roi_head=roi_head, **kwargs)
        self.classes = tuple(classes)
        self.tasks = build_tasks(tasks, classes)
        self.init_balancer(balancer, (DETECTION, *self.tasks))
        for head, name in ((self.rpn_head, 'assigner'), (self.roi_head, 'bbox_assigner')):
            if getattr(head, name, None) is not None:  # there is none where nothing is trained
                setattr(head, name, CompleteOnlyAssigner(getattr(head, name)))

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Feature maps of all levels, each (B, C, H, W), finest first.

        mmcv's RoIAlign on CPU reads a channels-last map as if it were contiguous and returns wrong
        values without a word, so the maps are made contiguous here.
        """
        return tuple(level.contiguous() for level in super().extract_feat(batch_inputs))

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict:
        """All losses, and ``labelled/<task>``; see :class:`BalancedLosses`."""
        counts = {f'labelled/{DETECTION}': labelled_for_detection(batch_data_samples)}
        return {**super().loss(batch_inputs, batch_data_samples), **counts}
