"""Losses that the libraries lack."""

from .dice_cross_entropy import DiceCrossEntropyLoss
from .heatmap_cross_entropy import HeatmapCrossEntropyLoss
from .l1_giou import L1GIoULoss
from .mask_dice import MaskDiceLoss
from .ordinal_cross_entropy import OrdinalCrossEntropyLoss

__all__ = [
    'DiceCrossEntropyLoss',
    'HeatmapCrossEntropyLoss',
    'L1GIoULoss',
    'MaskDiceLoss',
    'OrdinalCrossEntropyLoss',
]
