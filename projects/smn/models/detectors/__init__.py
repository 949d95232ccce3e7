"""The two-stage network."""

from .multi_task_rcnn import MultiTaskRCNN

__all__ = ['MultiTaskRCNN']
