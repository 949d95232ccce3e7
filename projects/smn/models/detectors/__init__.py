"""The two-stage network, and the one-stage network."""

from .multi_task_net import MultiTaskNet
from .multi_task_rcnn import MultiTaskRCNN

__all__ = ['MultiTaskNet', 'MultiTaskRCNN']
