"""What a task is: labels in, predictions out. Imports nothing else of the project."""

from .base import DETECTION, TASKS, Task, build_tasks, plain
from .classification import ClassificationTask
from .fields import Fields, compress_masks, row_columns, to_fields, to_records, to_rows
from .keypoint import KeypointTask
from .mask import MaskTask, decode_mask, encode_mask
from .regression import RegressionTask

__all__ = [
    'DETECTION',
    'TASKS',
    'ClassificationTask',
    'Fields',
    'KeypointTask',
    'MaskTask',
    'RegressionTask',
    'Task',
    'build_tasks',
    'compress_masks',
    'decode_mask',
    'encode_mask',
    'plain',
    'row_columns',
    'to_fields',
    'to_records',
    'to_rows',
]
