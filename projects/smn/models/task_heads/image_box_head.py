"""One box per image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from mmcv.cnn import ConvModule
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from torch import Tensor, nn

from projects.smn.tasks import BoxTask, Task

from ..losses.l1_giou import sorted_box
from .image_head import ImageTaskHead, content_size


@MODELS.register_module()
class ImageBoxTaskHead(ImageTaskHead):
    """A map for each of two opposite corners; the corner is where the map's softmax has its mean.

    This is integral regression (Sun et al., "Integral Human Pose Regression", 2018): the answer
    lies inside the image by construction, without a sigmoid that can saturate, and each place of
    the map sees only the features there, so that it learns from few images.

    Args:
        in_channels: Of the feature map.
        in_index: Which of the feature maps.
        channels: Of two convolutions before the maps.
        norm_cfg: Of these convolutions.

    Adds to the samples: ``pred_image`` with ``<task>`` (1, 4), x1, y1, x2, y2 in pixels.
    """

    kinds: ClassVar[tuple[str, ...]] = ('box',)

    def __init__(
        self,
        tasks: Mapping[str, BoxTask],
        in_channels: int,
        in_index: int = -1,
        channels: int = 64,
        norm_cfg: Mapping | None = dict(type='BN'),
    ) -> None:
        super().__init__(tasks)
        self.in_index = in_index
        self.convs = nn.Sequential(
            ConvModule(in_channels, channels, 3, padding=1, norm_cfg=norm_cfg),
            ConvModule(channels, channels, 3, padding=1, norm_cfg=norm_cfg),
        )
        self.corners = nn.Conv2d(channels, 2 * len(self.tasks), 1)

    def output_rows(self, tasks: Mapping[str, Task]) -> dict[str, tuple[str, ...]]:
        """Two rows of the one layer are of each task, in the order of the tasks."""
        own = [name for name, task in tasks.items() if self.answers(task)]
        return dict(corners=tuple(name for name in own for _ in range(2)))

    def forward(self, x: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Every task's corners (B, 4), x and y in shares of the padded image; in any order."""
        maps = self.corners(self.convs(x[self.in_index]))
        means = mean_position(maps).unflatten(1, (len(self.tasks), 4))
        return dict(zip(self.tasks, means.unbind(1), strict=True))

    def loss(self, x: tuple[Tensor, ...], batch_data_samples: SampleList) -> dict[str, Tensor]:
        losses = {}
        height, width = batch_data_samples[0].batch_input_shape
        for name, corners in self(x).items():
            targets = torch.cat([sample.gt_image[name] for sample in batch_data_samples])
            labelled = self.tasks[name].labelled({name: targets})
            targets = targets[labelled] / targets.new_tensor([width, height] * 2)
            losses[f'loss_{name}'] = self.losses[name](corners[labelled], targets)
            losses[f'labelled/{name}'] = labelled.sum()
        return losses

    def answer(
        self, x: tuple[Tensor, ...], metas: list[dict], rescale: bool
    ) -> list[dict[str, Tensor]]:
        answers: list[dict[str, Tensor]] = [{} for _ in metas]
        for name, corners in self(x).items():
            for i, meta in enumerate(metas):
                size = meta['batch_input_shape'][::-1]
                limits = content_size(meta)[::-1]
                boxes = sorted_box(corners[i : i + 1]) * corners.new_tensor([*size, *size])
                boxes = boxes.minimum(boxes.new_tensor([*limits, *limits]))
                if rescale:
                    scale = meta.get('scale_factor', (1.0, 1.0))  # there is none without a Resize
                    boxes = boxes / boxes.new_tensor([*scale, *scale])
                answers[i][name] = boxes
        return answers


def mean_position(maps: Tensor) -> Tensor:
    """Where the softmax of each map has its mean.

    Args:
        maps: Logits (B, K, h, w).

    Returns:
        (B, 2 K): x and y in turns, from 0 in the first column or row to 1 in the last.
    """
    height, width = maps.shape[-2:]
    weights = maps.float().flatten(2).softmax(-1).unflatten(2, (height, width))
    x = weights.sum(2) @ torch.linspace(0, 1, width, device=maps.device)
    y = weights.sum(3) @ torch.linspace(0, 1, height, device=maps.device)
    return torch.stack([x, y], dim=-1).flatten(1)
