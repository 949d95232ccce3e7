"""Classifications and regressions per object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from mmcv.cnn import ConvModule
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from mmengine.model import ModuleDict
from mmengine.structures import InstanceData
from torch import Tensor, nn

from projects.smn.tasks import ClassificationTask, RegressionTask, Task

from .base import TaskHead, split_by_image
from .rois import expanded, jittered, squared


@MODELS.register_module()
class AttributeTaskHead(TaskHead):
    """One RoI extraction, one trunk, and one linear layer per task.

    RoIs are squares around the boxes, so that a bend keeps its shape. In training they come from
    the ground truth with a little jitter instead of from proposals: every labelled object is seen
    once, framed about as well as a detection frames it.

    Args:
        in_channels: Of the feature maps.
        conv_channels: Output channels of 3x3 convolutions with stride 2, one after the other.
        hidden: Width of the layer that all tasks share. The features before it are flattened, not
            pooled, so that it sees where things are.
        dropout: Before the tasks' layers.
        jitter: Of ground-truth boxes in training, as a share of their size.
        expand: Of the squares.
        conv_cfg: Of the convolutions.
        norm_cfg: Of the convolutions.

    Adds to the results: for a classification ``<task>`` (N,) class indices and ``<task>_scores``
    (N, classes) probabilities; for a regression ``<task>`` (N,). Where the task does not apply:
    -1, 0 and NaN.
    """

    kinds: ClassVar[tuple[str, ...]] = ('classification', 'regression')

    def __init__(
        self,
        tasks: Mapping[str, Task],
        roi_extractor: Mapping,
        in_channels: int = 256,
        conv_channels: tuple[int, ...] = (256, 256),
        hidden: int = 512,
        dropout: float = 0.0,
        jitter: float = 0.05,
        expand: float = 1.1,
        conv_cfg: Mapping | None = None,
        norm_cfg: Mapping | None = None,
    ) -> None:
        super().__init__(tasks, roi_extractor)
        self.jitter = jitter
        self.expand = expand
        self.convs = nn.Sequential()
        side = self.roi_extractor.roi_layers[0].output_size[0]
        for channels in conv_channels:
            self.convs.append(
                ConvModule(
                    in_channels,
                    channels,
                    3,
                    stride=2,
                    padding=1,
                    conv_cfg=conv_cfg,
                    norm_cfg=norm_cfg,
                )
            )
            in_channels, side = channels, (side + 1) // 2
        self.trunk = nn.Sequential(
            nn.Flatten(), nn.Linear(in_channels * side**2, hidden), nn.ReLU(), nn.Dropout(dropout)
        )
        self.predictors = ModuleDict(
            {name: nn.Linear(hidden, task.num_outputs) for name, task in tasks.items()}
        )

    def forward(self, x: tuple[Tensor, ...], rois: Tensor) -> dict[str, Tensor]:
        """Every task's logits (R, classes) or standardised value (R, 1), on squares."""
        rois = expanded(squared(rois), self.expand)
        hidden = self.trunk(self.convs(self.extract(x, rois)))
        return {name: predictor(hidden) for name, predictor in self.predictors.items()}

    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        truths = [self._labelled_objects(sample.gt_instances) for sample in batch_data_samples]
        labels = torch.cat([truth.labels for truth in truths])
        boxes = [jittered(truth.bboxes, self.jitter) for truth in truths]
        metas = [sample.metainfo for sample in batch_data_samples]
        diagonals = original_diagonals(boxes, metas)
        losses = {}
        for name, outputs in self(x, bbox2roi(boxes)).items():
            values = torch.cat([truth[name] for truth in truths])
            chosen = self._chosen(name, values, labels)
            targets = values[chosen]
            outputs = outputs[chosen]
            if isinstance(self.tasks[name], RegressionTask):
                targets = self.tasks[name].encode(targets, diagonals[chosen])
                outputs = outputs[:, 0]
            loss = self.losses[name](outputs, targets) if chosen.any() else outputs.sum()
            losses[f'loss_{name}'] = loss
            losses[f'labelled/{name}'] = chosen.sum()
        return losses

    def _labelled_objects(self, truth: InstanceData) -> InstanceData:
        """The objects of an image that have a label of any task: only they cost anything."""
        useful = [self._chosen(name, truth[name], truth.labels) for name in self.tasks]
        fields = ('bboxes', 'labels', *self.tasks)
        return InstanceData(**{name: truth[name] for name in fields})[torch.stack(useful).any(0)]

    def _chosen(self, name: str, values: Tensor, labels: Tensor) -> Tensor:
        """Which objects train a task: those with a label, of a class that the task applies to."""
        return has_label(values) & (self.channels(name, labels) >= 0)

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        boxes = [result.bboxes for result in results]
        diagonals = split_by_image(original_diagonals(boxes, metas), results)
        for name, outputs in self(x, bbox2roi(boxes)).items():
            for i, part in enumerate(split_by_image(outputs, results)):
                applies = self.channels(name, results[i].labels) >= 0
                fields = decode_attribute(self.tasks[name], part, applies, diagonals[i])
                for field, value in fields.items():
                    results[i][field] = value


def has_label(values: Tensor) -> Tensor:
    """Which values are labelled, bool: class indices are -1 where they are not, numbers NaN."""
    return ~values.isnan() if values.is_floating_point() else values >= 0


def decode_attribute(
    task: ClassificationTask | RegressionTask, outputs: Tensor, applies: Tensor, diagonals: Tensor
) -> dict[str, Tensor]:
    """The fields of a task from its raw outputs.

    Args:
        task: Which.
        outputs: Logits (N, classes) or standardised values (N, 1).
        applies: (N,) bool: to which objects the task applies.
        diagonals: (N,): of the objects' boxes, in pixels of the original image.
    """
    if isinstance(task, ClassificationTask):
        scores = outputs.softmax(-1) * applies[:, None]
        return {
            task.name: scores.argmax(-1).masked_fill(~applies, -1),
            f'{task.name}_scores': scores,
        }
    values = task.decode(outputs[:, 0], diagonals)
    return {task.name: values.masked_fill(~applies, torch.nan)}


def original_diagonals(boxes: list[Tensor], metas: list[dict]) -> Tensor:
    """Diagonals of boxes of all images, in pixels of the original images: (N,)."""
    diagonals = []
    for image_boxes, meta in zip(boxes, metas, strict=True):
        sizes = image_boxes[:, 2:] - image_boxes[:, :2]
        scale = sizes.new_tensor(meta.get('scale_factor', (1.0, 1.0)))
        diagonals.append((sizes / scale).norm(dim=1).clamp(min=1))
    return torch.cat(diagonals)
