"""One file per kind of head."""

from .attribute_head import AttributeTaskHead
from .base import TaskHead
from .build import build_heads
from .image_attribute_head import ImageAttributeTaskHead
from .image_box_head import ImageBoxTaskHead
from .image_head import ImageTaskHead
from .keypoint_head import KeypointTaskHead
from .mask_head import MaskTaskHead
from .semantic_head import SemanticTaskHead

__all__ = [
    'AttributeTaskHead',
    'ImageAttributeTaskHead',
    'ImageBoxTaskHead',
    'ImageTaskHead',
    'KeypointTaskHead',
    'MaskTaskHead',
    'SemanticTaskHead',
    'TaskHead',
    'build_heads',
]
