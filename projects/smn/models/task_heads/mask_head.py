"""Masks."""

from __future__ import annotations

from typing import ClassVar

import torch
from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.structures.mask import mask_target
from mmdet.utils import InstanceList
from mmengine.config import ConfigDict
from torch import Tensor

from projects.smn.tasks import Task

from .base import (
    Positives,
    draw_positives,
    of_positives,
    positive_labels,
    positive_rois,
    split_by_image,
)
from .heatmap_head import HeatmapHead
from .rois import expanded_boxes


@MODELS.register_module()
class MaskTaskHead(HeatmapHead):
    """Mask R-CNN's mask head for any number of mask tasks (He et al. 2017).

    Each task has one map per class of its ``of``, as in Mask R-CNN. With a single task on all
    classes, losses and predictions are those of mmdet's ``FCNMaskHead``.

    Args:
        threshold: Of the probability, for the binary mask.
        expand: RoIs are enlarged by this factor around their centre, up to the image's border, so
            that a box that is too small does not cut the mask off. 1 is Mask R-CNN.

    Adds to the results: ``<task>`` (N, H, W) bool; empty where the task does not apply.
    """

    kinds: ClassVar[tuple[str, ...]] = ('mask',)

    def __init__(self, *args, threshold: float = 0.5, expand: float = 1.0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.threshold = threshold
        self.expand = expand

    def num_maps(self, task: Task) -> int:
        return len(task.of)

    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        sampling_results = [
            self._framed(draw_positives(result, self.max_rois), sample.metainfo)
            for result, sample in zip(sampling_results, batch_data_samples, strict=True)
        ]
        logits = self(x, positive_rois(sampling_results))
        labels = positive_labels(sampling_results)
        losses = {}
        for name in self.tasks:
            channels = self.channels(name, labels)
            labelled = of_positives(f'{name}_labelled', sampling_results, batch_data_samples)
            chosen = labelled & (channels >= 0)
            if chosen.any():
                targets = self._targets(name, chosen, sampling_results, batch_data_samples)
                loss = self.losses[name](logits[name][chosen], targets, channels[chosen])
            else:
                loss = logits[name][chosen].sum()
            losses[f'loss_{name}'] = loss
            losses[f'labelled/{name}'] = chosen.sum()
        return losses

    def _framed(self, result: SamplingResult | Positives, meta: dict) -> Positives:
        """The positives of an image, with the boxes that their masks are predicted in."""
        return Positives(
            self._frames(result.pos_priors, meta),
            result.pos_gt_labels,
            result.pos_assigned_gt_inds,
        )

    def _frames(self, boxes: Tensor, meta: dict) -> Tensor:
        if self.expand == 1:
            return boxes
        # Clipped, because mask_target clips, and both must mean the same region.
        height, width = meta['img_shape'][:2]
        limits = boxes.new_tensor([width, height, width, height])
        return torch.minimum(expanded_boxes(boxes, self.expand).clamp(min=0), limits)

    def _targets(
        self,
        name: str,
        chosen: Tensor,
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> Tensor:
        """The masks of the chosen RoIs' objects, cut out and resized: (chosen, h, w)."""
        chosen = chosen.split([len(result.pos_priors) for result in sampling_results])
        pairs = list(zip(sampling_results, chosen, strict=True))
        return mask_target(
            [result.pos_priors[keep] for result, keep in pairs],
            [result.pos_assigned_gt_inds[keep] for result, keep in pairs],
            [sample.gt_instances[name] for sample in batch_data_samples],
            ConfigDict(mask_size=self.map_size),
        )

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        frames = [self._frames(r.bboxes, meta) for r, meta in zip(results, metas, strict=True)]
        for name, maps in self(x, bbox2roi(frames)).items():
            parts = split_by_image(maps, results)
            for result, frame, meta, part in zip(results, frames, metas, parts, strict=True):
                channels = self.channels(name, result.labels)
                boxes, size = _canvas(frame, meta, rescale)
                result[name] = self._paste(part, channels, boxes, size)

    def _paste(
        self, logits: Tensor, channels: Tensor, boxes: Tensor, size: tuple[int, int]
    ) -> Tensor:
        """Full-size masks (N, H, W) from maps (N, C, h, w); one by one, which saves memory."""
        masks = boxes.new_zeros((len(boxes), *size), dtype=torch.bool)
        for i in (channels >= 0).nonzero()[:, 0]:
            probabilities = logits[i, channels[i]].sigmoid()[None, None]
            pasted, where = _do_paste_mask(probabilities, boxes[i : i + 1], *size, skip_empty=True)
            masks[(i, *where)] = pasted[0] >= self.threshold
        return masks


def _canvas(boxes: Tensor, meta: dict, rescale: bool) -> tuple[Tensor, tuple[int, int]]:
    """The boxes on the image that the masks are painted on, and its (height, width)."""
    if not rescale:
        return boxes, tuple(meta['img_shape'][:2])
    return boxes / boxes.new_tensor(meta['scale_factor'] * 2), tuple(meta['ori_shape'][:2])
