"""Transforms that MMDetection does not have. Its own move the labels of tasks, see labels.py."""

from .affine import TaskRandomAffine
from .copy_paste import TaskCopyPaste
from .loading import LoadImageFromFile, LoadTaskAnnotations
from .mosaic import TaskMosaic
from .packing import PackTaskInputs
from .transpose import RandomTranspose

__all__ = [
    'LoadImageFromFile',
    'LoadTaskAnnotations',
    'PackTaskInputs',
    'RandomTranspose',
    'TaskCopyPaste',
    'TaskMosaic',
    'TaskRandomAffine',
]
