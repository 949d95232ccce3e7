"""Losses that the libraries lack."""

from .heatmap_cross_entropy import HeatmapCrossEntropyLoss
from .mask_dice import MaskDiceLoss
from .ordinal_cross_entropy import OrdinalCrossEntropyLoss

__all__ = ['HeatmapCrossEntropyLoss', 'MaskDiceLoss', 'OrdinalCrossEntropyLoss']
