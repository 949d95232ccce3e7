"""Networks. Importing this registers all of them."""

from .backbones import VGG
from .dense_heads import LevelRPNHead
from .detectors import MultiTaskRCNN
from .losses import HeatmapCrossEntropyLoss, OrdinalCrossEntropyLoss
from .roi_heads import MultiTaskRoIHead
from .task_heads import AttributeTaskHead, KeypointTaskHead, MaskTaskHead
from .task_modules import RoIHeatmapCodec

__all__ = [
    'VGG',
    'AttributeTaskHead',
    'HeatmapCrossEntropyLoss',
    'KeypointTaskHead',
    'LevelRPNHead',
    'MaskTaskHead',
    'MultiTaskRCNN',
    'MultiTaskRoIHead',
    'OrdinalCrossEntropyLoss',
    'RoIHeatmapCodec',
]
