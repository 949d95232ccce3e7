"""One file per kind of head."""

from .attribute_head import AttributeTaskHead
from .base import TaskHead
from .keypoint_head import KeypointTaskHead
from .mask_head import MaskTaskHead

__all__ = ['AttributeTaskHead', 'KeypointTaskHead', 'MaskTaskHead', 'TaskHead']
