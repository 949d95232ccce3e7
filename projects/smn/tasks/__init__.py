"""What a task is: labels in, predictions out. Imports nothing else of the project."""

from .answers import BOX_COLUMNS, Answers, Fields, image_row_columns, row_columns, to_fields
from .base import DETECTION, SCORE, TASKS, Task, plain, tasks_per
from .box import BoxTask
from .build import build_tasks
from .classification import ClassificationTask
from .completeness import Completeness, common_completeness, incomplete_classes
from .geometry import Boxes, Geometry, Values
from .keypoint import KeypointTask
from .mask import Masks, MaskTask, decode_mask, encode_mask
from .meaning import contradiction, output_names
from .regression import RegressionTask
from .rle import decode_crop, encode_crop
from .semantic import IGNORED, SemanticTask

__all__ = [
    'BOX_COLUMNS',
    'DETECTION',
    'IGNORED',
    'SCORE',
    'TASKS',
    'Answers',
    'BoxTask',
    'Boxes',
    'ClassificationTask',
    'Completeness',
    'Fields',
    'Geometry',
    'KeypointTask',
    'MaskTask',
    'Masks',
    'RegressionTask',
    'SemanticTask',
    'Task',
    'Values',
    'build_tasks',
    'common_completeness',
    'contradiction',
    'decode_crop',
    'decode_mask',
    'encode_crop',
    'encode_mask',
    'image_row_columns',
    'incomplete_classes',
    'output_names',
    'plain',
    'row_columns',
    'tasks_per',
    'to_fields',
]
