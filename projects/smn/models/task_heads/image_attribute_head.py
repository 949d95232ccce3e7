"""Classifications and regressions of the whole image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import ModuleDict
from torch import Tensor, nn

from projects.smn.tasks import Task

from .attribute_head import task_loss
from .image_head import ImageTaskHead


@MODELS.register_module()
class ImageAttributeTaskHead(ImageTaskHead):
    """The mean of a feature map, a layer that all tasks share, and one linear layer per task.

    Args:
        in_channels: Of the feature map.
        in_index: Which of the feature maps.
        hidden: Width of the shared layer.
        dropout: Before the tasks' layers; in training only.

    Adds to the samples: ``pred_image`` with, for a classification, ``<task>`` (1,) class index and
    ``<task>_scores`` (1, classes) probabilities; for a regression, ``<task>`` (1,).
    """

    def __init__(
        self,
        tasks: Mapping[str, Task],
        in_channels: int,
        in_index: int = -1,
        hidden: int = 256,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(tasks)
        self.in_index = in_index
        self.trunk = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(in_channels, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.predictors = ModuleDict(
            {name: nn.Linear(hidden, task.num_outputs) for name, task in tasks.items()}
        )

    def forward(self, x: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Every task's outputs (B, ``num_outputs``)."""
        hidden = self.trunk(x[self.in_index])
        return {name: predictor(hidden) for name, predictor in self.predictors.items()}

    def loss(self, x: tuple[Tensor, ...], batch_data_samples: SampleList) -> dict[str, Tensor]:
        boxes = whole_images([sample.metainfo for sample in batch_data_samples], x[0])
        losses = {}
        for name, outputs in self(x).items():
            values = torch.cat([sample.gt_image[name] for sample in batch_data_samples])
            labelled = self.tasks[name].labelled({name: values})
            losses |= task_loss(self, name, outputs, values, boxes, labelled)
        return losses

    def answer(
        self, x: tuple[Tensor, ...], metas: list[dict], rescale: bool
    ) -> list[dict[str, Tensor]]:
        answers: list[dict[str, Tensor]] = [{} for _ in metas]
        boxes = whole_images(metas, x[0])
        for name, outputs in self(x).items():
            for field, values in self.tasks[name].decode(outputs, boxes).items():
                for i, answer in enumerate(answers):
                    answer[field] = values[i : i + 1]
        return answers


def whole_images(metas: Sequence[Mapping], like: Tensor) -> Tensor:
    """The boxes of the original images themselves, (B, 4)."""
    boxes = [[0, 0, *meta['ori_shape'][1::-1]] for meta in metas]
    return like.new_tensor(boxes, dtype=torch.float32)  # maps may be of half precision
