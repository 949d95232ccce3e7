"""VoVNet, versions 1 and 2, as a detection backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from mmcv.cnn import ConvModule
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from projects.smn.errors import UserError, listing

from .vovnet_keys import project_key


@dataclass(frozen=True)
class Variant:
    """The numbers of a VoVNet.

    Attributes:
        inner: Channels of the 3 x 3 convolutions, by stage.
        outer: Channels that a stage gives out.
        layers: 3 x 3 convolutions in a block.
        blocks: Blocks, by stage.
    """

    inner: tuple[int, ...]
    outer: tuple[int, ...]
    layers: int
    blocks: tuple[int, ...]


STEM = (64, 64, 128)
INNER, OUTER = (128, 160, 192, 224), (256, 512, 768, 1024)
SLIM = (64, 80, 96, 112)
VARIANTS = {
    '19-slim': Variant(SLIM, (112, 256, 384, 512), 3, (1, 1, 1, 1)),
    '19': Variant(INNER, OUTER, 3, (1, 1, 1, 1)),
    '27-slim': Variant(SLIM, (128, 256, 384, 512), 5, (1, 1, 1, 1)),
    '39': Variant(INNER, OUTER, 5, (1, 1, 2, 2)),
    '57': Variant(INNER, OUTER, 5, (1, 1, 4, 3)),
    '99': Variant(INNER, OUTER, 5, (1, 3, 9, 3)),
}


class EffectiveSE(nn.Module):
    """Weighs channels by what the whole map says: (B, C, H, W) to the same shape.

    CenterMask (Lee and Park 2020), section 3.3: squeeze-and-excitation with one layer, so that no
    channel is lost on the way.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * nn.functional.hardsigmoid(self.fc(x.mean((2, 3), keepdim=True)))


class OneShotAggregation(nn.Module):
    """A chain of 3 x 3 convolutions whose outputs are joined once, at the end.

    Lee et al. 2019, figure 2. (B, in_channels, H, W) to (B, outer, H, W). With ``residual``, the
    input is added, which has as many channels then.
    """

    def __init__(
        self,
        in_channels: int,
        inner: int,
        outer: int,
        layers: int,
        residual: bool,
        ese: bool,
        norm_cfg: Mapping,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            ConvModule(inner if i else in_channels, inner, 3, padding=1, norm_cfg=norm_cfg)
            for i in range(layers)
        )
        self.concat = ConvModule(in_channels + layers * inner, outer, 1, norm_cfg=norm_cfg)
        self.ese = EffectiveSE(outer) if ese else nn.Identity()
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        outputs = [x]
        for layer in self.layers:
            outputs.append(layer(outputs[-1]))
        joined = self.ese(self.concat(torch.cat(outputs, dim=1)))
        return joined + x if self.residual else joined


def make_stages(spec: Variant, ese: bool, norm_cfg: Mapping) -> list[nn.Sequential]:
    """The blocks of each stage; all but the first of a stage add their input."""
    stages, channels = [], STEM[2]
    for inner, outer, blocks in zip(spec.inner, spec.outer, spec.blocks, strict=True):
        sizes = [channels] + [outer] * (blocks - 1)
        stage = [
            OneShotAggregation(size, inner, outer, spec.layers, number > 0, ese, norm_cfg)
            for number, size in enumerate(sizes)
        ]
        stages.append(nn.Sequential(*stage))
        channels = outer
    return stages


@MODELS.register_module()
class VoVNet(BaseModule):
    """VoVNet (Lee et al. 2019, "An Energy and GPU-Computation Efficient Backbone Network for
    Real-Time Object Detection"), or, with ``ese``, VoVNetV2 (Lee and Park 2020, "CenterMask").

    Stages 0 to 3 have strides 4, 8, 16 and 32. Weights load from the layout of this class and from
    that of the authors' files (``VoVNet.pytorch`` for version 1, ``vovnet-detectron2`` for 2).

    Args:
        variant: One of :data:`VARIANTS`. Without ``ese``, there are published weights of 39 and 57.
        ese: Whether each block ends with effective squeeze-and-excitation.
        out_indices: Stages whose outputs are returned.
        frozen_stages: -1 freezes nothing, 0 the stem, k the stem and the first k stages.
        norm_eval: Whether batch norm keeps its statistics in training.
        norm_cfg: The norm layers.
        init_cfg: As in mmengine; Kaiming by default.

    Raises:
        UserError: There is no such variant.
    """

    def __init__(
        self,
        variant: str,
        ese: bool = False,
        out_indices: Sequence[int] = (0, 1, 2, 3),
        frozen_stages: int = -1,
        norm_eval: bool = True,
        norm_cfg: Mapping = dict(type='BN', requires_grad=True),
        init_cfg: dict | list | None = None,
    ) -> None:
        kaiming = [
            dict(type='Kaiming', layer='Conv2d'),
            dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
        ]
        super().__init__(init_cfg or kaiming)
        spec = VARIANTS.get(str(variant))  # a command line makes a number of 19
        if spec is None:
            raise UserError(f'there is no VoVNet {variant!r}, only {listing(VARIANTS)}')
        self.out_indices = tuple(out_indices)
        self.frozen_stages, self.norm_eval = frozen_stages, norm_eval
        self.stem = nn.Sequential(
            ConvModule(3, STEM[0], 3, stride=2, padding=1, norm_cfg=norm_cfg),
            ConvModule(STEM[0], STEM[1], 3, padding=1, norm_cfg=norm_cfg),
            ConvModule(STEM[1], STEM[2], 3, stride=2, padding=1, norm_cfg=norm_cfg),
        )
        # The stem has reduced enough for the first stage.
        self.pools = nn.ModuleList(
            nn.MaxPool2d(3, 2, ceil_mode=True) if stage else nn.Identity() for stage in range(4)
        )
        self.stages = nn.ModuleList(make_stages(spec, ese, norm_cfg))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Images (B, 3, H, W) to the maps of ``out_indices``, finest first."""
        x = self.stem(x)
        outputs = []
        for pool, stage in zip(self.pools, self.stages, strict=True):
            x = stage(pool(x))
            outputs.append(x)
        return tuple(outputs[index] for index in self.out_indices)

    def train(self, mode: bool = True) -> VoVNet:
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
            state_dict[prefix + project_key(key.removeprefix(prefix))] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *args)
