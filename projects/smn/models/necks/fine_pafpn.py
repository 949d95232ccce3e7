"""RTMDet's neck, and a map of the stride of 4 that it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from mmcv.cnn import ConvModule
from mmdet.models.necks import CSPNeXtPAFPN
from mmdet.registry import MODELS
from torch import Tensor
from torch.nn.functional import interpolate


@MODELS.register_module()
class FineCSPNeXtPAFPN(CSPNeXtPAFPN):
    """mmdet's ``CSPNeXtPAFPN`` on all maps but the finest, and one more for the finest.

    Masks, points and grades want a finer map than objects need to be found. It is the sum of a
    1 x 1 convolution of the backbone's finest map and of the neck's finest map, enlarged, as FPN
    goes from one level to the next (Lin et al. 2017). Parameters of the neck itself keep their
    names.

    Args:
        in_channels: Of the backbone's maps, two or more, each twice as large as the next.
        out_channels: Of all maps.
        norm_cfg, act_cfg: Of all convolutions.
        kwargs: As in ``CSPNeXtPAFPN``.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int,
        norm_cfg: dict = dict(type='BN', momentum=0.03, eps=0.001),
        act_cfg: dict = dict(type='Swish'),
        **kwargs,
    ) -> None:
        layers = dict(norm_cfg=norm_cfg, act_cfg=act_cfg)
        super().__init__(in_channels[1:], out_channels, **layers, **kwargs)
        self.fine = ConvModule(in_channels[0], out_channels, 1, **layers)

    def forward(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """One map more than the neck has, the finest first, each (B, out_channels, H, W)."""
        finest, *rest = inputs
        found = super().forward(rest)
        size = finest.shape[-2:]
        return self.fine(finest) + interpolate(found[0], size, mode='nearest'), *found
