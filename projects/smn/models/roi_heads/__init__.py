"""What is said of each object."""

from .multi_task_roi_head import MultiTaskRoIHead

__all__ = ['MultiTaskRoIHead']
