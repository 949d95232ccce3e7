"""Keypoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS, TASK_UTILS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from torch import Tensor

from projects.smn.tasks import Task

from .base import of_positives, positive_labels, positive_rois, split_by_image
from .heatmap_head import HeatmapHead
from .rois import expanded


@MODELS.register_module()
class KeypointTaskHead(HeatmapHead):
    """A heatmap per keypoint; any number of keypoint tasks on one trunk.

    Args:
        codec: Config of the codec that turns points into heatmaps and back.
        expand: RoIs are enlarged by this factor around their centre, because the points of an
            object often lie on the border of its box, and a proposal's box may miss them.

    Adds to the results: ``<task>`` (N, K, 3): x, y, score; NaN where the task does not apply.
    """

    kinds: ClassVar[tuple[str, ...]] = ('keypoint',)

    def __init__(
        self,
        *args,
        codec: Mapping = dict(type='RoIHeatmapCodec'),
        expand: float = 1.25,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codec = TASK_UTILS.build(dict(codec, size=self.map_size))
        self.expand = expand

    def num_maps(self, task: Task) -> int:
        return len(task.points)

    def forward(self, x: tuple[Tensor, ...], rois: Tensor) -> dict[str, Tensor]:
        """Logits of every task, (R, K, h, w), on the enlarged RoIs."""
        return super().forward(x, expanded(rois, self.expand))

    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        sampling_results = self.draw(sampling_results, batch_data_samples)
        rois = positive_rois(sampling_results)
        labels = positive_labels(sampling_results)
        regions = expanded(rois, self.expand)[:, 1:]
        losses = {}
        for name, maps in self(x, rois).items():
            points = of_positives(name, sampling_results, batch_data_samples)
            applies = self.channels(name, labels) >= 0
            targets, valid = self.codec.encode(
                points[..., :2], (points[..., 2] > 0) & applies[:, None], regions
            )
            losses[f'loss_{name}'] = self.losses[name](maps[valid], targets[valid])
            losses[f'labelled/{name}'] = valid.any(-1).sum()
        return losses

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        rois = bbox2roi([result.bboxes for result in results])
        regions = expanded(rois, self.expand)[:, 1:]
        for name, maps in self(x, rois).items():
            points, scores = self.codec.decode(maps, regions)
            found = torch.cat([points, scores[..., None]], -1)
            for result, meta, part in zip(
                results, metas, split_by_image(found, results), strict=True
            ):
                if rescale:
                    part = part / part.new_tensor([*meta['scale_factor'], 1])
                applies = self.channels(name, result.labels) >= 0
                result[name] = part.masked_fill(~applies[:, None, None], torch.nan)
