"""One backbone; who finds objects, what is said of each, and what is said of the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmdet.models.dense_heads import SSDHead
from mmdet.models.detectors import BaseDetector
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.utils import InstanceList
from mmengine.model import ModuleDict
from torch import Tensor, nn

from projects.smn.tasks import DETECTION, build_tasks, tasks_per

from ..task_heads import build_heads
from .balanced_losses import BalancedLosses, labelled_for_detection, refuse_without_classes
from .memory_format import set_memory_format
from .parts import build_part, check_parts, of_one_class, part_of


@MODELS.register_module(name=['MultiTaskNet', 'MultiTaskRCNN'])
class MultiTaskNet(BalancedLosses, BaseDetector):
    """A network that finds objects, answers about each of them, and about the whole image.

    Each of the three parts may be absent. Their names are those of mmdet's detectors, so that
    weights of its model zoo fit key by key.

    Args:
        backbone: Config of the backbone; an encoder-decoder such as U-Net is one too.
        neck: Between the backbone and all heads.
        rpn_head: Proposes boxes, which a box head in the ``roi_head`` then corrects.
        bbox_head: Or a dense head of mmdet, which finds the objects of all classes. If the
            ``roi_head`` has a box head, this corrects its boxes too. Its ``num_classes`` follows
            from ``classes``.
        bbox_neck: Between the neck and who finds objects alone, such as ``SSDNeck``.
        bbox_index: Which feature maps that takes; ``None`` for all.
        roi_head: What is said of each object, see :class:`MultiTaskRoIHead`.
        heads: Name to config of a head that answers about the whole image, see
            :func:`~projects.smn.models.task_heads.build_heads`.
        classes: The classes of the data set.
        tasks: The config's ``tasks``. ``TaskRunner`` fills in both.
        channels_last: Keep feature maps in this memory format, in which convolutions are faster: on
            CPU by about a quarter for U-Net, on GPUs with mixed precision. RoI layers must be of a
            type that reads it right, as ``SimpleRoIAlign`` does.
        balancer: Config of what weighs the tasks' losses; ``None`` for their plain sum.
        train_cfg: With an ``rpn_head`` as in ``TwoStageDetector``. Else that of the dense head, and
            in it ``rcnn`` and ``rpn_proposal`` if a box head corrects its boxes.
        test_cfg: The same; ``rpn`` says which boxes of a dense head are corrected, without it those
            that would be its results.

    Raises:
        UserError: If the parts do not fit each other or the tasks, if images that are not labelled
            completely would mislead a head, or if ``channels_last`` would break the network.
    """

    def __init__(
        self,
        *,
        backbone: Mapping,
        neck: Mapping | None = None,
        rpn_head: Mapping | None = None,
        bbox_head: Mapping | None = None,
        bbox_neck: Mapping | None = None,
        bbox_index: Sequence[int] | None = None,
        roi_head: Mapping | None = None,
        heads: Mapping[str, Mapping] = {},
        classes: Sequence[str] = (),
        tasks: Mapping = {},
        channels_last: bool = False,
        balancer: Mapping | None = None,
        train_cfg: Mapping | None = None,
        test_cfg: Mapping | None = None,
        data_preprocessor: Mapping | None = None,
        init_cfg: Mapping | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        refuse_without_classes(classes)
        self.classes, self.train_cfg = tuple(classes), train_cfg
        self.tasks = build_tasks(tasks, classes)
        check_parts(rpn_head, bbox_head, roi_head, self.tasks)
        self.backbone = MODELS.build(backbone)
        self.neck = MODELS.build(neck) if neck else None
        self.bbox_index = bbox_index
        self.bbox_neck = MODELS.build(bbox_neck) if bbox_neck else None
        box_head = (roi_head or {}).get('bbox_head')
        self.refines = bool(box_head)
        rpn = [part_of(cfg, 'rpn', rpn_head) for cfg in (train_cfg, test_cfg)]
        rcnn = [part_of(cfg, 'rcnn', box_head) for cfg in (train_cfg, test_cfg)]
        self.rpn_head = build_part(rpn_head, *rpn, num_classes=1)
        dense = (train_cfg, (box_head and rpn[1]) or test_cfg)
        self.bbox_head = build_part(bbox_head, *dense, num_classes=len(classes))
        objects, image = (tasks_per(level, self.tasks) for level in ('object', 'image'))
        if not roi_head or not (objects or box_head):
            roi_head = build_heads({}, objects)  # nothing, or a refusal if objects are asked about
        asked = dict(classes=classes, tasks={name: tasks[name] for name in objects})
        self.roi_head = build_part(roi_head, *rcnn, **asked)
        self.heads = ModuleDict(build_heads(heads, image))
        self.memory_format = set_memory_format(self, channels_last)
        self.init_balancer(balancer, (*([DETECTION] if self.finder else []), *self.tasks))

    @property
    def finder(self) -> nn.Module | None:
        """Who finds objects."""
        return self.bbox_head if self.rpn_head is None else self.rpn_head

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Feature maps, each (B, C, H, W), in the order that backbone or neck give them."""
        x = self.backbone(batch_inputs.contiguous(memory_format=self.memory_format))
        x = tuple(self.neck(x) if self.neck is not None else x)
        if self.roi_head is None:
            return x
        if self.memory_format == torch.channels_last:
            # With mixed precision, grid_sample answers in single precision whatever it is given,
            # and mmdet's RoI extractor wants one precision throughout.
            x = [level.float() for level in x]
        return tuple(level.contiguous(memory_format=self.memory_format) for level in x)

    def _box_features(self, x: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What the one sees who finds objects."""
        if self.bbox_index is not None:
            x = tuple(x[i] for i in self.bbox_index)
        return x if self.bbox_neck is None else tuple(self.bbox_neck(x))

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict:
        """All losses, and ``labelled/<task>``; see :class:`BalancedLosses`."""
        x = self.extract_feat(batch_inputs)
        losses, proposals = {}, None
        if self.finder is not None:
            losses, proposals = self._finder_losses(x, batch_data_samples)
        if self.roi_head is not None:
            losses.update(self.roi_head.loss(x, proposals, batch_data_samples))
        for head in self.heads.values():
            losses.update(head.loss(x, batch_data_samples))
        return losses

    def _finder_losses(
        self, x: tuple[Tensor, ...], samples: SampleList
    ) -> tuple[dict, InstanceList | None]:
        """The losses of who finds objects, and boxes for the box head if there is one."""
        # SSD takes as negatives a multiple of the positives: of none, none.
        heads = (self.finder, self.roi_head)
        count = labelled_for_detection(
            samples,
            needs_boxes=isinstance(self.finder, SSDHead),
            by_class=any(getattr(head, 'learns_by_class', False) for head in heads),
        )
        x = self._box_features(x)
        if self.rpn_head is not None:
            samples = [of_one_class(sample) for sample in samples]
        if self.refines:
            proposal_cfg = self.train_cfg.get('rpn_proposal')
            losses, proposals = self.finder.loss_and_predict(x, samples, proposal_cfg=proposal_cfg)
        else:
            losses, proposals = self.finder.loss(x, samples), None
        # The box head has losses of the same names, and a task may be called centerness.
        taken = {f'loss_{name}' for name in (*self.tasks, *(['cls', 'bbox'] * self.refines))}
        losses = {f'rpn_{key}' if key in taken else key: loss for key, loss in losses.items()}
        return {**losses, f'labelled/{DETECTION}': count}, proposals

    def predict(
        self, batch_inputs: Tensor, batch_data_samples: SampleList, rescale: bool = True
    ) -> SampleList:
        """The samples with ``pred_instances``, ``pred_sem_seg`` and ``pred_image``, as far as
        there are heads for them.

        Args:
            batch_inputs: (B, 3, H, W).
            batch_data_samples: The meta information of each image; changed in place.
            rescale: Whether results are in pixels of the original image.
        """
        x = self.extract_feat(batch_inputs)
        if self.finder is not None:
            # Whoever looks at the boxes next looks at the maps, which are of the network's input.
            at_once = rescale and self.roi_head is None
            found = self.finder.predict(self._box_features(x), batch_data_samples, at_once)
            if self.roi_head is not None:
                found = self.roi_head.predict(x, found, batch_data_samples, rescale)
            self.add_pred_to_datasample(batch_data_samples, found)
        for head in self.heads.values():
            head.predict(x, batch_data_samples, rescale)
        return batch_data_samples

    def _forward(
        self, batch_inputs: Tensor, batch_data_samples: SampleList | None = None
    ) -> tuple[Tensor, ...]:
        """Raw outputs of all heads, for counting operations; RoIs need ``batch_data_samples``."""
        x = self.extract_feat(batch_inputs)
        outputs = []
        if self.roi_head is not None:
            found = self.finder.predict(self._box_features(x), batch_data_samples, rescale=False)
            outputs.extend(self.roi_head(x, found))
        elif self.finder is not None:
            outputs.extend(self.finder(self._box_features(x)))
        for head in self.heads.values():
            outputs.extend(head(x).values())
        return tuple(outputs)
