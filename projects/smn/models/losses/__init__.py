"""Losses that the libraries lack."""

from .heatmap_cross_entropy import HeatmapCrossEntropyLoss
from .ordinal_cross_entropy import OrdinalCrossEntropyLoss

__all__ = ['HeatmapCrossEntropyLoss', 'OrdinalCrossEntropyLoss']
