"""What a task is: labels in, predictions out. Imports nothing else of the project."""

from .base import DETECTION, TASKS, Task, build_tasks, plain, tasks_per
from .box import BoxTask
from .classification import ClassificationTask
from .fields import (
    Fields,
    compress_masks,
    image_row_columns,
    row_columns,
    to_fields,
    to_image_fields,
    to_image_record,
    to_image_row,
    to_records,
    to_rows,
)
from .geometry import Boxes, Geometry, Values
from .keypoint import KeypointTask
from .mask import MaskTask, decode_mask, encode_mask
from .regression import RegressionTask
from .semantic import IGNORED, SemanticTask

__all__ = [
    'DETECTION',
    'IGNORED',
    'TASKS',
    'BoxTask',
    'Boxes',
    'ClassificationTask',
    'Fields',
    'Geometry',
    'KeypointTask',
    'MaskTask',
    'RegressionTask',
    'SemanticTask',
    'Task',
    'Values',
    'build_tasks',
    'compress_masks',
    'decode_mask',
    'encode_mask',
    'image_row_columns',
    'plain',
    'row_columns',
    'tasks_per',
    'to_fields',
    'to_image_fields',
    'to_image_record',
    'to_image_row',
    'to_records',
    'to_rows',
]
