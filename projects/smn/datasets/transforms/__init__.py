"""Transforms that MMDetection does not have. Its own move the labels of tasks, see labels.py."""

from .affine import TaskRandomAffine
from .copy_paste import TaskCopyPaste
from .loading import LoadTaskAnnotations
from .mosaic import TaskMosaic
from .packing import PackTaskInputs
from .transpose import RandomTranspose

__all__ = [
    'LoadTaskAnnotations',
    'PackTaskInputs',
    'RandomTranspose',
    'TaskCopyPaste',
    'TaskMosaic',
    'TaskRandomAffine',
]
