"""Classifications and regressions per object."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from mmcv.cnn import ConvModule
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from mmengine.model import BaseModule, ModuleDict
from mmengine.structures import InstanceData
from torch import Tensor, nn

from projects.smn.tasks import Task

from .base import TaskHead, split_by_image
from .rois import expanded, jittered, squared


@MODELS.register_module()
class AttributeTaskHead(TaskHead):
    """One RoI extraction, one trunk, and one linear layer per task.

    Answers every task that says how many numbers it needs (``num_outputs``) and what they mean
    (``encode``, ``decode``), such as a classification, a regression, and a kind of your own.

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
        box_size: Whether the shared layer is also told how large each box is. Every RoI is resized
            to the same cells, so its features alone cannot tell a small object from a large one.
            It takes the boxes as the network sees them: of use where cameras keep their distance.
        conv_cfg: Of the convolutions.
        norm_cfg: Of the convolutions.

    Adds to the results what ``decode`` of each task says: for a classification ``<task>`` (N,)
    class indices and ``<task>_scores`` (N, classes) probabilities; for a regression ``<task>``
    (N,). Where a task does not apply: -1 in whole numbers, NaN in others.
    """

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
        box_size: bool = False,
        conv_cfg: Mapping | None = None,
        norm_cfg: Mapping | None = None,
    ) -> None:
        super().__init__(tasks, roi_extractor)
        self.jitter = jitter
        self.expand = expand
        self.box_size = box_size
        self.convs = nn.Sequential()
        side = self.roi_extractor.roi_layers[0].output_size[0]
        options = dict(stride=2, padding=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        for channels in conv_channels:
            self.convs.append(ConvModule(in_channels, channels, 3, **options))
            in_channels, side = channels, (side + 1) // 2
        inputs = in_channels * side**2 + (2 if box_size else 0)
        self.trunk = nn.Sequential(
            nn.Flatten(), nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout)
        )
        self.predictors = ModuleDict(
            {name: nn.Linear(hidden, task.num_outputs) for name, task in tasks.items()}
        )

    def forward(self, x: tuple[Tensor, ...], rois: Tensor) -> dict[str, Tensor]:
        """Every task's outputs (R, ``num_outputs``), on squares."""
        squares = expanded(squared(rois), self.expand)
        features = self.convs(self.extract(x, squares)).flatten(1)
        if self.box_size:
            features = torch.cat([features, log_size(rois).to(features.dtype)], dim=1)
        hidden = self.trunk(features)
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
        in_original = torch.cat(
            [
                to_original(image_boxes, sample.metainfo)
                for image_boxes, sample in zip(boxes, batch_data_samples, strict=True)
            ]
        )
        losses = {}
        for name, outputs in self(x, bbox2roi(boxes)).items():
            values = torch.cat([truth[name] for truth in truths])
            chosen = self._chosen(name, values, labels)
            losses |= task_loss(self, name, outputs, values, in_original, chosen)
        return losses

    def _labelled_objects(self, truth: InstanceData) -> InstanceData:
        """The objects of an image that have a label of any task: only they cost anything."""
        useful = [self._chosen(name, truth[name], truth.labels) for name in self.tasks]
        fields = ('bboxes', 'labels', *self.tasks)
        return InstanceData(**{name: truth[name] for name in fields})[torch.stack(useful).any(0)]

    def _chosen(self, name: str, values: Tensor, labels: Tensor) -> Tensor:
        """Which objects train a task: those with a label, of a class that the task applies to."""
        return self.tasks[name].labelled({name: values}) & (self.channels(name, labels) >= 0)

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        rois = bbox2roi([result.bboxes for result in results])
        for name, outputs in self(x, rois).items():
            for result, meta, part in zip(
                results, metas, split_by_image(outputs, results), strict=True
            ):
                applies = self.channels(name, result.labels) >= 0
                fields = self.tasks[name].decode(part, to_original(result.bboxes, meta))
                for field, value in fields.items():
                    result[field] = blank(value, ~applies)


def log_size(rois: Tensor) -> Tensor:
    """The natural logarithms of width and height, (R, 2), of RoIs (R, 5); 0 at 64 pixels."""
    sides = rois[:, 3:5] - rois[:, 1:3]
    return (sides.clamp(min=1) / 64).log()


def task_loss(
    head: BaseModule, name: str, outputs: Tensor, values: Tensor, boxes: Tensor, chosen: Tensor
) -> dict[str, Tensor]:
    """The loss of an attribute over those that train it; else a zero that hangs on the outputs.

    Args:
        head: Has the ``tasks`` and their ``losses``.
        name: Of the task.
        outputs: (N, ``num_outputs``).
        values: The labels, N.
        boxes: (N, 4) in pixels of the original image.
        chosen: (N,) bool.
    """
    outputs = outputs[chosen]
    loss = outputs.sum()
    if chosen.any():
        targets = head.tasks[name].encode(values[chosen], boxes[chosen])
        loss = head.losses[name](outputs, targets)
    return {f'loss_{name}': loss, f'labelled/{name}': chosen.sum()}


def blank(values: Tensor, where: Tensor) -> Tensor:
    """Values (N, ...) that say nothing where the task does not apply, (N,) bool."""
    where = where.reshape(-1, *[1] * (values.dim() - 1))
    return values.masked_fill(where, torch.nan if values.is_floating_point() else -1)


def to_original(boxes: Tensor, meta: Mapping) -> Tensor:
    """Boxes (N, 4) in pixels of the original image; of a flipped image, where they are in it."""
    return boxes / boxes.new_tensor([*meta.get('scale_factor', (1.0, 1.0))] * 2)
