"""Semantic maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import ModuleDict
from torch import Tensor
from torch.nn.functional import interpolate, pad

from projects.smn.tasks import IGNORED, SemanticTask, Task, output_names

from .image_head import ImageTaskHead, content_size


@MODELS.register_module()
class SemanticTaskHead(ImageTaskHead):
    """A decode head of MMSegmentation for each semantic map.

    Args:
        decode_head: Config of the decode head. Its ``num_classes`` follows from the task, and the
            task's loss takes the place of its own.

    Adds to the samples: ``pred_sem_seg`` with a field (1, H, W) of class indices per task.
    """

    kinds: ClassVar[tuple[str, ...]] = ('semantic',)

    def __init__(self, tasks: Mapping[str, SemanticTask], decode_head: Mapping) -> None:
        super().__init__(tasks)
        self.decode_heads = ModuleDict(
            {
                name: MODELS.build(dict(decode_head, num_classes=len(task.classes)))
                for name, task in tasks.items()
            }
        )

    def output_rows(self, tasks: Mapping[str, Task]) -> dict[str, tuple[str, ...]]:
        own = (name for name in tasks if name in self.decode_heads)
        return {f'decode_heads.{name}.conv_seg': output_names(tasks[name]) for name in own}

    def forward(self, x: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """Every task's logits (B, classes, h, w), at the resolution of its decode head."""
        return {name: head(x) for name, head in self.decode_heads.items()}

    def loss(self, x: tuple[Tensor, ...], batch_data_samples: SampleList) -> dict[str, Tensor]:
        losses = {}
        size = batch_data_samples[0].batch_input_shape
        for name, logits in self(x).items():
            targets = torch.stack(
                [_padded(sample.gt_sem_seg.get(name)[0], size) for sample in batch_data_samples]
            ).long()
            labelled = self.tasks[name].labelled({name: targets})
            # Only labelled images: enlarging logits and softmax are what costs here.
            logits, targets = logits[labelled], targets[labelled]
            if labelled.any():
                loss = self.losses[name](enlarged(logits, size), targets)
            else:
                loss = logits.sum()
            losses[f'loss_{name}'] = loss
            losses[f'labelled/{name}'] = labelled.sum()
        return losses

    def answer(
        self, x: tuple[Tensor, ...], metas: list[dict], rescale: bool
    ) -> list[dict[str, Tensor]]:
        answers: list[dict[str, Tensor]] = [{} for _ in metas]
        for name, logits in self(x).items():
            logits = enlarged(logits, metas[0]['batch_input_shape'])
            for i, meta in enumerate(metas):
                height, width = content_size(meta)
                size = meta['ori_shape'][:2] if rescale else (height, width)
                answers[i][name] = most_likely(logits[i : i + 1, :, :height, :width], size)
        return answers


def most_likely(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """The class of each pixel, uint8 (1, H, W), by logits (1, C, h, w) of another resolution."""
    best = enlarged(logits[:, :1], size)
    found = torch.zeros_like(best, dtype=torch.uint8)
    # One at a time: all classes of a large image take gigabytes, and their argmax many seconds.
    for label in range(1, logits.shape[1]):
        other = enlarged(logits[:, label : label + 1], size)
        found.masked_fill_(other > best, label)
        best = torch.maximum(best, other)
    return found[:, 0]


def enlarged(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """Logits (B, C, h, w) in another resolution, (height, width)."""
    if tuple(logits.shape[-2:]) == tuple(size):
        return logits
    return interpolate(logits, tuple(size), mode='bilinear', align_corners=False)


def _padded(values: Tensor, size: tuple[int, int]) -> Tensor:
    """A map (h, w) in the size of the padded batch; what is padded is not labelled."""
    height, width = values.shape
    return pad(values, (0, size[1] - width, 0, size[0] - height), value=IGNORED)
