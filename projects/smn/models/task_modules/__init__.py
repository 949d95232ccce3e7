"""What heads delegate: assigners, and codecs, which encode and decode in one object."""

from .complete_only_assigner import CompleteOnlyAssigner, spare_incomplete_images
from .heatmap_codec import RoIHeatmapCodec

__all__ = ['CompleteOnlyAssigner', 'RoIHeatmapCodec', 'spare_incomplete_images']
