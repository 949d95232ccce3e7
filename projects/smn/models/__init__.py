"""Networks. Importing this registers all of them."""

from .backbones import VGG, EfficientNetLite, ShortMobileNetV2, VoVNet
from .balancers import (
    DynamicWeightAverage,
    FixedWeights,
    RandomLossWeighting,
    UncertaintyWeighting,
    WarmUp,
)
from .dense_heads import LevelRPNHead
from .detectors import MultiTaskNet, MultiTaskRCNN
from .losses import (
    DiceCrossEntropyLoss,
    HeatmapCrossEntropyLoss,
    L1GIoULoss,
    MaskDiceLoss,
    OrdinalCrossEntropyLoss,
)
from .necks import FineCSPNeXtPAFPN
from .roi_heads import MultiTaskRoIHead
from .task_heads import (
    AttributeTaskHead,
    ImageAttributeTaskHead,
    ImageBoxTaskHead,
    KeypointTaskHead,
    MaskTaskHead,
    SemanticTaskHead,
)
from .task_modules import CompleteOnlyAssigner, RoIHeatmapCodec

__all__ = [
    'VGG',
    'AttributeTaskHead',
    'CompleteOnlyAssigner',
    'DiceCrossEntropyLoss',
    'DynamicWeightAverage',
    'EfficientNetLite',
    'FineCSPNeXtPAFPN',
    'FixedWeights',
    'HeatmapCrossEntropyLoss',
    'ImageAttributeTaskHead',
    'ImageBoxTaskHead',
    'KeypointTaskHead',
    'L1GIoULoss',
    'LevelRPNHead',
    'MaskDiceLoss',
    'MaskTaskHead',
    'MultiTaskNet',
    'MultiTaskRCNN',
    'MultiTaskRoIHead',
    'OrdinalCrossEntropyLoss',
    'RandomLossWeighting',
    'RoIHeatmapCodec',
    'SemanticTaskHead',
    'ShortMobileNetV2',
    'UncertaintyWeighting',
    'VoVNet',
    'WarmUp',
]
