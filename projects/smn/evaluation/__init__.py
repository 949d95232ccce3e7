"""Metrics per kind of task, and the one table that a run prints."""

# Importing them registers what a kind of task measures.
from . import attributes, image_boxes, keypoints, masks, semantic  # noqa: F401
from .attributes import gather
from .comparison import Comparison
from .dispatch import evaluate_task
from .multi_task_metric import MultiTaskMetric
from .table import metrics_table

__all__ = ['Comparison', 'MultiTaskMetric', 'evaluate_task', 'gather', 'metrics_table']
