"""The second stage."""

from .multi_task_roi_head import MultiTaskRoIHead

__all__ = ['MultiTaskRoIHead']
