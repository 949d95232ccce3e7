"""VGG as a detection backbone."""

from __future__ import annotations

from mmcv.cnn import VGG as MMCVVGG
from mmdet.registry import MODELS
from mmengine.model import BaseModule


@MODELS.register_module()
class VGG(MMCVVGG, BaseModule):
    """mmcv's VGG (Simonyan and Zisserman 2015) with mmengine's initialisation, so that a neck can
    sit on it. mmdet itself has only the variant with SSD's extra layers.

    The output of stage i, after its pooling, has stride 2 ** (i + 1). Parameter names are
    torchvision's.

    Args:
        depth: 11, 13, 16 or 19.
        norm_eval: Whether batch norm keeps its statistics in training; mmcv calls it ``bn_eval``.
        init_cfg: As in mmengine; Kaiming by default.
        kwargs: As in mmcv's VGG: ``with_bn``, ``out_indices``, ``frozen_stages``, ...
    """

    def __init__(
        self,
        depth: int,
        norm_eval: bool = True,
        init_cfg: dict | list | None = None,
        **kwargs,
    ) -> None:
        super().__init__(depth, bn_eval=norm_eval, **kwargs)
        self.init_cfg = init_cfg or [
            dict(type='Kaiming', layer='Conv2d'),
            dict(type='Constant', val=1, layer='BatchNorm2d'),
        ]

    def init_weights(self) -> None:
        BaseModule.init_weights(self)
