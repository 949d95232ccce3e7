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
from .box_geometry import FEATURES, box_geometry
from .rois import expanded, jittered, squared, to_original


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
        geometry: Whether the shared layer is also told how large each box is, in the image and
            beside the other objects, see :func:`~.box_geometry.box_geometry`. Every RoI is resized
            to the same cells, so its features alone cannot tell a small object from a large one.
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
        geometry: bool = True,
        conv_cfg: Mapping | None = None,
        norm_cfg: Mapping | None = None,
    ) -> None:
        super().__init__(tasks, roi_extractor)
        self.jitter = jitter
        self.expand = expand
        self.convs = nn.Sequential()
        side = self.roi_extractor.roi_layers[0].output_size[0]
        options = dict(stride=2, padding=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        for channels in conv_channels:
            self.convs.append(ConvModule(in_channels, channels, 3, **options))
            in_channels, side = channels, (side + 1) // 2
        inputs = in_channels * side**2
        self.trunk = nn.Sequential(
            nn.Flatten(), nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout)
        )
        # Of its own, so that weights of a network without it fit one with it.
        self.geometry = nn.Linear(FEATURES, hidden, bias=False) if geometry else None
        self.predictors = ModuleDict(
            {name: nn.Linear(hidden, task.num_outputs) for name, task in tasks.items()}
        )

    def forward(
        self, x: tuple[Tensor, ...], rois: Tensor, geometry: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Every task's outputs (R, ``num_outputs``), on squares.

        Args:
            x: Feature maps.
            rois: (R, 5).
            geometry: (R, 4) of the RoIs' boxes. Without it, all are of the size that is 0 there.
        """
        squares = expanded(squared(rois), self.expand)
        hidden = self.trunk[:2](self.convs(self.extract(x, squares)))
        if self.geometry is not None and geometry is not None:
            hidden = hidden + self.geometry(geometry.to(hidden.dtype))
        hidden = self.trunk[2:](hidden)
        return {name: predictor(hidden) for name, predictor in self.predictors.items()}

    def loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: list[SamplingResult],
        batch_data_samples: SampleList,
    ) -> dict[str, Tensor]:
        boxes, in_original, geometry, truths = [], [], [], []
        for sample in batch_data_samples:
            truth, meta = sample.gt_instances, sample.metainfo
            image_boxes = jittered(truth.bboxes, self.jitter)
            useful = self._useful(truth)
            boxes.append(image_boxes[useful])
            image_boxes = to_original(image_boxes, meta)
            in_original.append(image_boxes[useful])
            # Also beside objects that have no label of these tasks.
            geometry.append(box_geometry(image_boxes, meta['ori_shape'][:2])[useful])
            fields = ('labels', *self.tasks)
            truths.append(InstanceData(**{name: truth[name][useful] for name in fields}))
        labels = torch.cat([truth.labels for truth in truths])
        losses = {}
        for name, outputs in self(x, bbox2roi(boxes), torch.cat(geometry)).items():
            values = torch.cat([truth[name] for truth in truths])
            chosen = self._chosen(name, values, labels)
            losses |= task_loss(self, name, outputs, values, torch.cat(in_original), chosen)
        return losses

    def _useful(self, truth: InstanceData) -> Tensor:
        """Which objects of an image have a label of any task, (N,): only they cost anything."""
        useful = [self._chosen(name, truth[name], truth.labels) for name in self.tasks]
        return torch.stack(useful).any(0)

    def _chosen(self, name: str, values: Tensor, labels: Tensor) -> Tensor:
        """Which objects train a task: those with a label, of a class that the task applies to."""
        return self.tasks[name].labelled({name: values}) & (self.channels(name, labels) >= 0)

    def predict(
        self, x: tuple[Tensor, ...], results: InstanceList, metas: list[dict], rescale: bool
    ) -> None:
        rois = bbox2roi([result.bboxes for result in results])
        geometry = [
            box_geometry(to_original(result.bboxes, meta), meta['ori_shape'][:2], result.scores)
            for result, meta in zip(results, metas, strict=True)
        ]
        for name, outputs in self(x, rois, torch.cat(geometry)).items():
            for result, meta, part in zip(
                results, metas, split_by_image(outputs, results), strict=True
            ):
                applies = self.channels(name, result.labels) >= 0
                fields = self.tasks[name].decode(part, to_original(result.bboxes, meta))
                for field, value in fields.items():
                    result[field] = blank(value, ~applies)


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
