"""Masks."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.structures.mask import mask_target
from mmdet.utils import InstanceList
from mmengine.config import ConfigDict
from torch import Tensor

from projects.smn.tasks import Task, encode_crop

from .base import Positives, of_positives, positive_labels, positive_rois, split_by_image
from .heatmap_head import HeatmapHead
from .mask_paste import paste_masks


@MODELS.register_module()
class MaskTaskHead(HeatmapHead):
    """Mask R-CNN's mask head for any number of mask tasks (He et al. 2017).

    Each task has one map per class of its ``of``, as in Mask R-CNN. With a single task on all
    classes, and neither ``jitter`` nor ``soft_targets``, losses and predictions are those of
    mmdet's ``FCNMaskHead``.

    Args:
        threshold: Of the probability, for the binary mask.
        soft_targets: Train each cell on the share of it that the mask covers, instead of on
            whether that is at least half: a border then has a place within a cell.

    Adds to the results: ``<task>`` a list of N masks as compressed COCO RLE; empty where
    the task does not apply.
    """

    kinds: ClassVar[tuple[str, ...]] = ('mask',)

    def __init__(self, *args, threshold: float = 0.5, soft_targets: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.threshold = threshold
        self.soft_targets = soft_targets

    def num_maps(self, task: Task) -> int:
        return len(task.of)

    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        sampling_results = self.draw(sampling_results, batch_data_samples)
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

    def _targets(
        self,
        name: str,
        chosen: Tensor,
        sampling_results: list[Positives],
        batch_data_samples: SampleList,
    ) -> Tensor:
        """The masks of the chosen RoIs' objects, cut out and resized: (chosen, h, w)."""
        chosen = chosen.split([len(result.pos_priors) for result in sampling_results])
        pairs = list(zip(sampling_results, chosen, strict=True))
        return mask_target(
            [result.pos_priors[keep] for result, keep in pairs],
            [result.pos_assigned_gt_inds[keep] for result, keep in pairs],
            [sample.gt_instances[name] for sample in batch_data_samples],
            ConfigDict(mask_size=self.map_size, soft_mask_target=self.soft_targets),
        )

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        logits = self(x, bbox2roi([result.bboxes for result in results]))
        for name, maps in logits.items():
            for result, meta, part in zip(
                results, metas, split_by_image(maps, results), strict=True
            ):
                channels = self.channels(name, result.labels)
                boxes, size = _canvas(result.bboxes, meta, rescale)
                result[name] = self._paste(part, channels, boxes, size)

    def _paste(
        self, logits: Tensor, channels: Tensor, boxes: Tensor, size: tuple[int, int]
    ) -> list[dict]:
        """N masks of images of this size from maps (N, C, h, w); only regions of boxes are made."""
        masks = [encode_crop(np.zeros((0, 0)), (0, 0), size)] * len(boxes)
        asked = (channels >= 0).nonzero()[:, 0]
        maps = logits[asked, channels[asked]].sigmoid()
        positions = asked.tolist()
        for i, crop, place in paste_masks(maps, boxes[asked], size, self.threshold):
            masks[positions[i]] = encode_crop(crop, place, size)
        return masks


def _canvas(boxes: Tensor, meta: dict, rescale: bool) -> tuple[Tensor, tuple[int, int]]:
    """The boxes on the image that the masks are painted on, and its (height, width)."""
    if not rescale:
        return boxes, tuple(meta['img_shape'][:2])
    return boxes / boxes.new_tensor(meta['scale_factor'] * 2), tuple(meta['ori_shape'][:2])
