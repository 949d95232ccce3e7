"""What is said of each object: a box head that corrects its box, then the heads of the tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from mmengine.model import ModuleDict
from torch import Tensor

from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks

from ..task_heads import build_heads
from ..task_modules import spared_of, without_spared


@MODELS.register_module()
class MultiTaskRoIHead(StandardRoIHead):
    """Any number of task heads, and a box head before them, if boxes are to be corrected.

    Args:
        classes: The classes of the data set.
        tasks: Those of the config's ``tasks`` that ask about each object.
        heads: Name to config of a task head, see :func:`build_heads`. So all masks share one
            trunk, and all classifications and regressions another. A head without tasks is not
            built.
        bbox_head: Its ``num_classes`` follows from ``classes``. Without it, boxes are taken as they
            come, and task heads train on jittered ground-truth boxes.
        box_passes: How often the box head corrects a box at test time. 1 is Faster R-CNN; with
            more, detections are proposals of a further pass (iterative localisation, Gidaris and
            Komodakis 2015), which helps a briefly trained network.

    Attributes:
        score_thr: Task heads answer about objects of this score or more; the others are dropped.

    Raises:
        UserError: If a task has no head, a head claims a task that does not exist, or one trains on
            proposals where there is no ``bbox_head`` to sample them for, or ``box_passes`` is 0.
    """

    spares_incomplete_images = ('bbox_assigner',)

    def __init__(
        self,
        *,
        classes: Sequence[str],
        tasks: Mapping[str, Mapping],
        heads: Mapping[str, Mapping] = {},
        bbox_head: Mapping | None = None,
        box_passes: int = 1,
        **kwargs,
    ) -> None:
        if kwargs.get('mask_head'):
            raise UserError('the roi_head has a mask_head: here, masks are answered by its `heads`')
        bbox_head = dict(bbox_head, num_classes=len(classes)) if bbox_head else None
        super().__init__(bbox_head=bbox_head, **kwargs)
        if box_passes < 1:
            raise UserError(f'box_passes must be 1 or more, not {box_passes}')
        self.box_passes = box_passes if bbox_head else 0
        self.num_classes = len(classes)
        self.score_thr = 0.0
        self.tasks = build_tasks(tasks, classes)
        self.heads = ModuleDict(build_heads(heads, self.tasks))
        for name, head in self.heads.items():
            if not bbox_head and getattr(head, 'jitter', 0) is None:
                raise UserError(
                    f'head {name!r} trains on proposals, and without a bbox_head the roi_head has '
                    'none: give the head a jitter, such as 0.08, or the roi_head a bbox_head'
                )

    @property
    def spares_classes(self) -> bool:
        """Whether negatives count class by class, see :func:`.spare_incomplete_images`.

        Losses with columns of their own, as SeesawLoss has, do not say which is whose.
        """
        return self.with_bbox and not self.bbox_head.custom_cls_channels

    def loss(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: InstanceList | None,
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        """Losses of the boxes, if there is a box head, then of every task: ``loss_<task>``.

        Args:
            x: Feature maps, each (B, C, H, W).
            rpn_results_list: The proposals of each image; without a box head, none are needed.
            batch_data_samples: The ground truth of each image.
        """
        sampling_results, losses = [None] * len(batch_data_samples), {}
        if self.with_bbox:
            sampling_results = self.sample(x, rpn_results_list, batch_data_samples)
            truth = [sample.gt_instances for sample in batch_data_samples]
            spared = spared_of(truth, self.num_classes) if self.spares_classes else None
            losses = self._box_losses(x, sampling_results, spared)
        for head in self.heads.values():
            losses.update(head.loss(x, sampling_results, batch_data_samples))
        return losses

    def _box_losses(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        spared: Tensor | None,
    ) -> dict[str, Tensor]:
        """As ``bbox_loss``; ``spared``, (B, classes) bool, has no negatives."""
        rois = bbox2roi([result.priors for result in sampling_results])
        found = self._bbox_forward(x, rois)
        scores = found['cls_score']
        if spared is not None:
            unmatched = torch.cat(
                [torch.arange(len(r.priors)) >= len(r.pos_priors) for r in sampling_results]
            )
            rows = spared[rois[:, 0].long().cpu()] & unmatched[:, None]
            scores = without_spared(scores, rows.to(scores.device))
        losses = self.bbox_head.loss_and_target(
            cls_score=scores,
            bbox_pred=found['bbox_pred'],
            rois=rois,
            sampling_results=sampling_results,
            rcnn_train_cfg=self.train_cfg,
        )['loss_bbox']
        # The box head leaves out a loss where a batch has no RoI, as with images that are not
        # labelled completely; but all ranks must have the same losses.
        return {'loss_cls': scores.sum() * 0, **losses}

    def sample(
        self, x: tuple[Tensor, ...], rpn_results_list: InstanceList, batch_data_samples: SampleList
    ) -> list[SamplingResult]:
        """Assign proposals to ground truth and draw some, per image."""
        results = []
        for i, (proposals, sample) in enumerate(
            zip(rpn_results_list, batch_data_samples, strict=True)
        ):
            proposals.priors = proposals.pop('bboxes')
            assigned = self.bbox_assigner.assign(
                proposals, sample.gt_instances, sample.get('ignored_instances')
            )
            results.append(
                self.bbox_sampler.sample(
                    assigned, proposals, sample.gt_instances, feats=[level[i][None] for level in x]
                )
            )
        return results

    def predict(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: InstanceList,
        batch_data_samples: SampleList,
        rescale: bool = False,
    ) -> InstanceList:
        """Boxes, then a field per task.

        Args:
            x: Feature maps, each (B, C, H, W).
            rpn_results_list: The proposals of each image, or without a box head its objects with
                ``scores`` and ``labels``; in pixels of the network's input.
            batch_data_samples: The meta information of each image.
            rescale: Whether results are in pixels of the original image.

        Returns:
            Per image, with N objects: ``bboxes`` (N, 4), ``scores`` (N,), ``labels`` (N,), and
            what the task heads add.
        """
        metas = [sample.metainfo for sample in batch_data_samples]
        results = rpn_results_list
        for _ in range(self.box_passes):
            results = self.predict_bbox(x, metas, results, self.test_cfg, rescale=False)
        results = [result[result.scores >= self.score_thr] for result in results]
        for head in self.heads.values():
            head.predict(x, results, metas, rescale)
        if rescale:
            for result, meta in zip(results, metas, strict=True):
                result.bboxes = result.bboxes / result.bboxes.new_tensor(meta['scale_factor'] * 2)
        return results

    def forward(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: InstanceList,
        batch_data_samples: SampleList | None = None,
    ) -> tuple[Tensor, ...]:
        """Raw outputs for all boxes, for counting operations: the box head's, then every head's."""
        rois = bbox2roi([result.bboxes for result in rpn_results_list])
        outputs = []
        if self.with_bbox:
            boxes = self._bbox_forward(x, rois)
            outputs = [boxes['cls_score'], boxes['bbox_pred']]
        # As many as a busy image has objects: only detections reach the task heads.
        for head in self.heads.values():
            outputs.extend(head(x, rois[:100]).values())
        return tuple(outputs)
