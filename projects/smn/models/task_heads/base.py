"""What the RoI head asks of a task head."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from torch import Tensor

from projects.smn.tasks import Task

from .head import AnsweringHead
from .rois import jittered


class TaskHead(AnsweringHead):
    """One RoI extraction and one trunk, shared by several tasks.

    Args:
        tasks: The tasks of this head, by name.
        roi_extractor: Config of the RoI extractor.
        init_cfg: As in mmengine.
    """

    per: ClassVar[str] = 'object'

    def __init__(
        self, tasks: Mapping[str, Task], roi_extractor: Mapping, init_cfg: dict | None = None
    ) -> None:
        super().__init__(tasks, init_cfg)
        self.roi_extractor = MODELS.build(roi_extractor)
        for name, task in self.tasks.items():
            # Constants, moved with the module and kept out of the checkpoint.
            channel = torch.from_numpy(task.channel_of_label())
            self.register_buffer(f'_{name}_channel', channel, persistent=False)

    @abstractmethod
    def forward(self, x: tuple[Tensor, ...], rois: Tensor) -> dict[str, Tensor]:
        """The raw output of every task for ``rois`` (R, 5): image index, x1, y1, x2, y2."""

    @abstractmethod
    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        """``loss_<task>`` for every task, averaged over its labelled objects only.

        A task without a label in the batch returns a zero that hangs on its parameters. Beside
        each loss, ``labelled/<task>`` says over how many labelled RoIs it is averaged.
        """

    @abstractmethod
    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        """Add each task's fields to ``results``, whose boxes are in pixels of the network input.

        Args:
            x: Feature maps, each (B, C, H, W).
            results: The detections of each image; changed in place.
            metas: The meta information of each image.
            rescale: Whether to add results in pixels of the original image.
        """

    def channels(self, name: str, labels: Tensor) -> Tensor:
        """Position of each class label in the task's ``of``; -1 where the task does not apply."""
        return self.get_buffer(f'_{name}_channel')[labels]

    def extract(self, x: tuple[Tensor, ...], rois: Tensor) -> Tensor:
        """RoI features, (R, C, h, w); ``SimpleRoIAlign`` wants the RoIs in the order of images."""
        return self.roi_extractor(x[: self.roi_extractor.num_inputs], rois)


@dataclass
class Positives:
    """RoIs of one image, each with the object that it trains on; P of them.

    Has the names of mmdet's ``SamplingResult`` for what task heads need of it.
    """

    pos_priors: Tensor
    """(P, 4)"""
    pos_gt_labels: Tensor
    """(P,)"""
    pos_assigned_gt_inds: Tensor
    """(P,)"""


def at_most(chosen: Tensor, limit: int | None) -> Tensor:
    """The indices of the ``chosen``, (N,) bool; at most ``limit`` of them, at random."""
    indices = chosen.nonzero()[:, 0]
    if limit is not None and len(indices) > limit:
        indices = indices[torch.randperm(len(indices), device=indices.device)[:limit]]
    return indices


def positives_at(result: SamplingResult, indices: Tensor) -> Positives:
    """Positive RoIs of an image, as they were sampled."""
    return Positives(
        result.pos_priors[indices],
        result.pos_gt_labels[indices],
        result.pos_assigned_gt_inds[indices],
    )


def around_objects(sample: DetDataSample, indices: Tensor, jitter: float) -> Positives:
    """A RoI for each of these objects of an image: its box with a little jitter.

    It stays inside of the image, as a detection does: mmdet cuts mask targets off there.
    """
    truth, (height, width) = sample.gt_instances, sample.metainfo['img_shape'][:2]
    boxes = jittered(truth.bboxes[indices], jitter)
    boxes = boxes.clamp(boxes.new_zeros(4), boxes.new_tensor([width, height] * 2))
    return Positives(boxes, truth.labels[indices], indices)


def positive_rois(sampling_results: Sequence[SamplingResult | Positives]) -> Tensor:
    """The RoIs that train on an object, (P, 5), of all images."""
    return bbox2roi([result.pos_priors for result in sampling_results])


def positive_labels(sampling_results: Sequence[SamplingResult | Positives]) -> Tensor:
    """The class labels of these RoIs' objects, (P,)."""
    return torch.cat([result.pos_gt_labels for result in sampling_results])


def of_positives(
    name: str,
    sampling_results: Sequence[SamplingResult | Positives],
    batch_data_samples: SampleList,
) -> Tensor:
    """A tensor field of ``gt_instances``, gathered for the positive RoIs: (P, ...)."""
    return torch.cat(
        [
            sample.gt_instances[name][result.pos_assigned_gt_inds]
            for result, sample in zip(sampling_results, batch_data_samples, strict=True)
        ]
    )


def split_by_image(output: Tensor, results: InstanceList) -> tuple[Tensor, ...]:
    """Split an output for all detections of a batch into the images' parts."""
    return output.split([len(result) for result in results])
