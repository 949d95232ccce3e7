"""Classifications and regressions of the whole image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import ModuleDict
from torch import Tensor, nn

from projects.smn.tasks import ClassificationTask, RegressionTask

from .attribute_head import decode_attribute, has_label
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

    kinds: ClassVar[tuple[str, ...]] = ('classification', 'regression')

    def __init__(
        self,
        tasks: Mapping[str, ClassificationTask | RegressionTask],
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
        """Every task's logits (B, classes) or standardised value (B, 1)."""
        hidden = self.trunk(x[self.in_index])
        return {name: predictor(hidden) for name, predictor in self.predictors.items()}

    def loss(self, x: tuple[Tensor, ...], batch_data_samples: SampleList) -> dict[str, Tensor]:
        losses = {}
        for name, outputs in self(x).items():
            values = torch.cat([sample.gt_image[name] for sample in batch_data_samples])
            labelled = has_label(values)
            targets, outputs = values[labelled], outputs[labelled]
            if isinstance(self.tasks[name], RegressionTask):
                targets = self.tasks[name].encode(targets, torch.ones_like(targets))
                outputs = outputs[:, 0]
            loss = self.losses[name](outputs, targets) if labelled.any() else outputs.sum()
            losses[f'loss_{name}'] = loss
            losses[f'labelled/{name}'] = labelled.sum()
        return losses

    def answer(
        self, x: tuple[Tensor, ...], metas: list[dict], rescale: bool
    ) -> list[dict[str, Tensor]]:
        answers: list[dict[str, Tensor]] = [{} for _ in metas]
        for name, outputs in self(x).items():
            everywhere = outputs.new_ones(len(metas), dtype=torch.bool)
            fields = decode_attribute(
                self.tasks[name], outputs, everywhere, outputs.new_ones(len(metas))
            )
            for field, values in fields.items():
                for i, answer in enumerate(answers):
                    answer[field] = values[i : i + 1]
        return answers
