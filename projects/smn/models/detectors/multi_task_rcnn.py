"""The two-stage network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmdet.models.detectors import TwoStageDetector
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from torch import Tensor

from projects.smn.tasks import DETECTION, build_tasks

from ..task_modules import spare_incomplete_images
from .balanced_losses import BalancedLosses, labelled_for_detection, refuse_without_classes
from .memory_format import refuse_channels_last


@MODELS.register_module()
class MultiTaskRCNN(BalancedLosses, TwoStageDetector):
    """Faster R-CNN whose RoI head answers any number of tasks per object.

    Args:
        classes: The classes of the data set.
        tasks: The config's ``tasks``. ``TaskRunner`` fills in both.
        balancer: Config of what weighs the tasks' losses; ``None`` for their plain sum.
        channels_last: Keep feature maps in this memory format. On CPU a step of the small network
            takes 5 to 10 % less time. RoI layers must be of a type that reads it right, as
            ``SimpleRoIAlign`` does.
        backbone: And so on: as in ``TwoStageDetector``.

    Raises:
        UserError: If ``channels_last`` would break the network, see :func:`refuse_channels_last`,
            or incomplete images the proposals, see :func:`spare_incomplete_images`.
    """

    def __init__(
        self,
        *,
        roi_head: Mapping,
        classes: Sequence[str] = (),
        tasks: Mapping = {},
        balancer: Mapping | None = None,
        channels_last: bool = False,
        **kwargs,
    ) -> None:
        refuse_without_classes(classes)
        roi_head = dict(roi_head, classes=classes, tasks=tasks)
        super().__init__(roi_head=roi_head, **kwargs)
        self.classes = tuple(classes)
        self.tasks = build_tasks(tasks, classes)
        if channels_last:
            refuse_channels_last(self)
        # Of maps alone: mmcv's ConvWS cannot flatten channels-last weights.
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.init_balancer(balancer, (DETECTION, *self.tasks))
        if self.train_cfg is not None:
            spare_incomplete_images(self.rpn_head)
            spare_incomplete_images(self.roi_head, 'bbox_assigner')

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Feature maps of all levels, each (B, C, H, W), finest first."""
        x = super().extract_feat(batch_inputs.contiguous(memory_format=self.memory_format))
        if self.memory_format == torch.channels_last:
            # With mixed precision, grid_sample answers in single precision whatever it is given,
            # and mmdet's RoI extractor wants one precision throughout.
            x = [level.float() for level in x]
        return tuple(level.contiguous(memory_format=self.memory_format) for level in x)

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict:
        """All losses, and ``labelled/<task>``; see :class:`BalancedLosses`."""
        counts = {f'labelled/{DETECTION}': labelled_for_detection(batch_data_samples)}
        return {**super().loss(batch_inputs, batch_data_samples), **counts}
