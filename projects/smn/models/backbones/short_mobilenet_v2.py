"""MobileNetV2 up to the layer that is asked for."""

from __future__ import annotations

from typing import Any

from mmdet.models.backbones import MobileNetV2
from mmdet.registry import MODELS


@MODELS.register_module()
class ShortMobileNetV2(MobileNetV2):
    """mmdet's ``MobileNetV2`` without the layers after the last of ``out_indices``.

    mmdet's own builds and runs them all. They would get no gradient, which stops a distributed
    training, and take time for nothing. Weights of the whole network fit.

    Args:
        kwargs: As in mmdet's.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        last = max(self.out_indices)
        for name in self.layers[last + 1 :]:
            delattr(self, name)
        self.layers = self.layers[: last + 1]
