"""One backbone, and any number of heads on its feature maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmdet.models.dense_heads import SSDHead
from mmdet.models.detectors import BaseDetector
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import ModuleDict
from torch import Tensor

from projects.smn.errors import UserError
from projects.smn.tasks import DETECTION, build_tasks

from ..task_heads import build_heads
from ..task_modules import spare_incomplete_images
from .balanced_losses import BalancedLosses, labelled_for_detection, refuse_without_classes
from .memory_format import refuse_channels_last


@MODELS.register_module()
class MultiTaskNet(BalancedLosses, BaseDetector):
    """A one-stage network: objects as boxes, semantic maps, answers about the whole image.

    Args:
        backbone: Config of the backbone; an encoder-decoder such as U-Net is one too.
        heads: Name to config of a head that answers about the whole image, see
            :func:`~projects.smn.models.task_heads.build_heads`.
        classes: The classes of the data set.
        tasks: The config's ``tasks``. ``TaskRunner`` fills in both.
        neck: Between the backbone and all heads.
        bbox_head: A dense head of mmdet with an assigner, which finds the objects of all classes;
            ``None`` if the network has none. Its ``num_classes`` follows from ``classes``.
        bbox_neck: Between the neck and this head alone, such as ``SSDNeck``.
        bbox_index: Which feature maps it takes; ``None`` for all.
        channels_last: Keep feature maps in this memory format, in which convolutions are faster: on
            CPU by about a quarter for U-Net, on GPUs with mixed precision.
        balancer: Config of what weighs the tasks' losses; ``None`` for their plain sum.
        train_cfg: Of the dense head.
        test_cfg: Of the dense head.

    Raises:
        UserError: If a task has no head, as one about each object has none here, if there is
            nothing to learn, or if ``channels_last`` would break the network, see
            :func:`refuse_channels_last`.
    """

    def __init__(
        self,
        *,
        backbone: Mapping,
        heads: Mapping[str, Mapping] = {},
        classes: Sequence[str] = (),
        tasks: Mapping = {},
        neck: Mapping | None = None,
        bbox_head: Mapping | None = None,
        bbox_neck: Mapping | None = None,
        bbox_index: Sequence[int] | None = None,
        channels_last: bool = False,
        balancer: Mapping | None = None,
        train_cfg: Mapping | None = None,
        test_cfg: Mapping | None = None,
        data_preprocessor: Mapping | None = None,
        init_cfg: Mapping | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        refuse_without_classes(classes)
        self.classes = tuple(classes)
        self.tasks = build_tasks(tasks, classes)
        if not self.tasks and not bbox_head:
            raise UserError('the network has no task and no bbox_head: there is nothing to learn')
        self.backbone = MODELS.build(backbone)
        self.neck = MODELS.build(neck) if neck else None
        self.bbox_index = bbox_index
        self.bbox_neck = MODELS.build(bbox_neck) if bbox_neck else None
        self.bbox_head = None
        if bbox_head:
            options = dict(num_classes=len(classes), train_cfg=train_cfg, test_cfg=test_cfg)
            self.bbox_head = MODELS.build(dict(bbox_head, **options))
            if train_cfg is not None:
                spare_incomplete_images(self.bbox_head)
            if not hasattr(self.bbox_head, 'loss_cls'):
                self.bbox_head.loss_cls = None  # mmdet asks SSDHead for it, which has none
        self.heads = ModuleDict(build_heads(heads, self.tasks))
        if channels_last:
            refuse_channels_last(self)
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.to(memory_format=self.memory_format)
        self.init_balancer(balancer, (*([DETECTION] if bbox_head else []), *self.tasks))

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Feature maps, each (B, C, H, W), in the order that backbone or neck give them."""
        x = self.backbone(batch_inputs.contiguous(memory_format=self.memory_format))
        return tuple(self.neck(x) if self.neck is not None else x)

    def _box_features(self, x: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What the dense head sees."""
        if self.bbox_index is not None:
            x = tuple(x[i] for i in self.bbox_index)
        return x if self.bbox_neck is None else tuple(self.bbox_neck(x))

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict:
        """All losses, and ``labelled/<task>``; see :class:`BalancedLosses`."""
        x = self.extract_feat(batch_inputs)
        losses = {}
        if self.bbox_head is not None:
            losses.update(self.bbox_head.loss(self._box_features(x), batch_data_samples))
            # SSD takes as negatives a multiple of the positives: of none, none.
            needs_boxes = isinstance(self.bbox_head, SSDHead)
            count = labelled_for_detection(batch_data_samples, needs_boxes)
            losses[f'labelled/{DETECTION}'] = count
        for head in self.heads.values():
            losses.update(head.loss(x, batch_data_samples))
        return losses

    def predict(
        self, batch_inputs: Tensor, batch_data_samples: SampleList, rescale: bool = True
    ) -> SampleList:
        """The samples with ``pred_instances`` (of the dense head), ``pred_sem_seg`` and
        ``pred_image``, as far as there are heads for them.

        Args:
            batch_inputs: (B, 3, H, W).
            batch_data_samples: The meta information of each image; changed in place.
            rescale: Whether results are in pixels of the original image.
        """
        x = self.extract_feat(batch_inputs)
        if self.bbox_head is not None:
            found = self.bbox_head.predict(self._box_features(x), batch_data_samples, rescale)
            self.add_pred_to_datasample(batch_data_samples, found)
        for head in self.heads.values():
            head.predict(x, batch_data_samples, rescale)
        return batch_data_samples

    def _forward(
        self, batch_inputs: Tensor, batch_data_samples: SampleList | None = None
    ) -> tuple[Tensor, ...]:
        """Raw outputs of all heads, for counting operations."""
        x = self.extract_feat(batch_inputs)
        outputs = [] if self.bbox_head is None else list(self.bbox_head(self._box_features(x)))
        for head in self.heads.values():
            outputs.extend(head(x).values())
        return tuple(outputs)
