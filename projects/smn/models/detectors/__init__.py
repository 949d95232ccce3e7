"""The detector: one backbone, and three parts that are each optional."""

from .multi_task_net import MultiTaskNet

MultiTaskRCNN = MultiTaskNet  # its former name with an RPN

__all__ = ['MultiTaskNet', 'MultiTaskRCNN']
