"""Networks. Importing this registers all of them."""

from .backbones import VGG
from .balancers import (
    DynamicWeightAverage,
    FixedWeights,
    RandomLossWeighting,
    UncertaintyWeighting,
    WarmUp,
)
from .dense_heads import LevelRPNHead
from .detectors import MultiTaskRCNN
from .losses import HeatmapCrossEntropyLoss, MaskDiceLoss, OrdinalCrossEntropyLoss
from .roi_heads import MultiTaskRoIHead
from .task_heads import AttributeTaskHead, KeypointTaskHead, MaskTaskHead
from .task_modules import CompleteOnlyAssigner, RoIHeatmapCodec

__all__ = [
    'VGG',
    'AttributeTaskHead',
    'CompleteOnlyAssigner',
    'DynamicWeightAverage',
    'FixedWeights',
    'HeatmapCrossEntropyLoss',
    'KeypointTaskHead',
    'LevelRPNHead',
    'MaskDiceLoss',
    'MaskTaskHead',
    'MultiTaskRCNN',
    'MultiTaskRoIHead',
    'OrdinalCrossEntropyLoss',
    'RandomLossWeighting',
    'RoIHeatmapCodec',
    'UncertaintyWeighting',
    'WarmUp',
]
