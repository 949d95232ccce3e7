"""A convolutional trunk with one small predictor per task: for masks and for keypoints."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import ModuleDict, kaiming_init
from torch import Tensor, nn

from projects.smn.tasks import Task

from .base import Positives, TaskHead, around_objects, at_most, positives_at


class HeatmapHead(TaskHead):
    """RoI features, a shared trunk, and one 1x1 convolution per task.

    Args:
        tasks: The tasks of this head.
        roi_extractor: Config of the RoI extractor.
        trunk: Options of mmdet's ``FCNMaskHead``, whose convolutions and upsampling are the trunk.
        max_rois: Train on at most this many RoIs of an image, drawn at random from those
            whose object has a label of any task of this head, where all of them cost too much.
        jitter: Train on the ground-truth boxes, each side moved at random by up to this share of
            the box's size, instead of on proposals: every object once, framed about as well as a
            detection frames it. ``None`` for proposals, as in Mask R-CNN.
    """

    def __init__(
        self,
        tasks: Mapping[str, Task],
        roi_extractor: Mapping,
        trunk: Mapping = {},
        max_rois: int | None = None,
        jitter: float | None = None,
    ) -> None:
        super().__init__(tasks, roi_extractor)
        self.max_rois = max_rois
        self.jitter = jitter
        self.trunk = MODELS.build(dict(trunk, type='FCNMaskHead', num_classes=1))
        # A predictor per task instead of one for all: a task can be added to or taken from a
        # trained network without a change to the shape of the others' parameters.
        width = self.trunk.conv_logits.in_channels
        self.trunk.conv_logits = nn.Identity()
        self.predictors = ModuleDict(
            {name: nn.Conv2d(width, self.num_maps(task), 1) for name, task in tasks.items()}
        )

    def num_maps(self, task: Task) -> int:
        """How many maps a task needs per RoI."""
        raise NotImplementedError

    def draw(
        self, sampling_results: list[SamplingResult], batch_data_samples: SampleList
    ) -> list[Positives]:
        """The RoIs of each image to train on: others would cost time and teach nothing."""
        drawn = []
        for result, sample in zip(sampling_results, batch_data_samples, strict=True):
            truth = sample.gt_instances
            useful = [
                task.labelled(truth) & (self.channels(name, truth.labels) >= 0)
                for name, task in self.tasks.items()
            ]
            useful = torch.stack(useful).any(0)
            if self.jitter is None:
                indices = at_most(useful[result.pos_assigned_gt_inds], self.max_rois)
                drawn.append(positives_at(result, indices))
            else:
                indices = at_most(useful, self.max_rois)
                drawn.append(around_objects(sample, indices, self.jitter))
        return drawn

    @property
    def map_size(self) -> tuple[int, int]:
        """Height and width of the maps, in cells."""
        height, width = self.roi_extractor.roi_layers[0].output_size
        factor = self.trunk.scale_factor if self.trunk.upsample is not None else 1
        return height * factor, width * factor

    def init_weights(self) -> None:
        super().init_weights()
        for predictor in self.predictors.values():
            kaiming_init(predictor, mode='fan_out', nonlinearity='relu', distribution='normal')

    def forward(self, x: tuple[Tensor, ...], rois: Tensor) -> dict[str, Tensor]:
        """Logits of every task, (R, maps, h, w)."""
        features = self.trunk(self.extract(x, rois))
        return {name: predictor(features) for name, predictor in self.predictors.items()}
