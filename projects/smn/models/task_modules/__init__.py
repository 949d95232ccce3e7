"""Codecs: what is encoded for training and decoded from a prediction, as one object."""

from .heatmap_codec import RoIHeatmapCodec

__all__ = ['RoIHeatmapCodec']
