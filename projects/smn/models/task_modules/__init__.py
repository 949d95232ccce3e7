"""What heads delegate: assigners, and codecs, which encode and decode in one object."""

from .class_negatives import spared_of, without_spared
from .complete_only_assigner import CompleteOnlyAssigner, has_negatives
from .heatmap_codec import RoIHeatmapCodec
from .incomplete_images import spare_incomplete_images

__all__ = [
    'CompleteOnlyAssigner',
    'RoIHeatmapCodec',
    'has_negatives',
    'spare_incomplete_images',
    'spared_of',
    'without_spared',
]
