"""COCO with tasks, the transforms that move every task's labels, and samplers."""

from projects.smn import quiet  # noqa: F401  # before mmdet is imported

from .backends import PackedBackend
from .coco import CocoTaskDataset
from .label_counts import LabelCounts
from .labels import TaskLabels
from .samplers import ShareSampler
from .sources import find_origins, find_sources
from .transforms import (
    LoadTaskAnnotations,
    PackTaskInputs,
    RandomTranspose,
    TaskCopyPaste,
    TaskMosaic,
    TaskRandomAffine,
)

__all__ = [
    'CocoTaskDataset',
    'LabelCounts',
    'LoadTaskAnnotations',
    'PackTaskInputs',
    'PackedBackend',
    'RandomTranspose',
    'ShareSampler',
    'TaskCopyPaste',
    'TaskLabels',
    'TaskMosaic',
    'TaskRandomAffine',
    'find_origins',
    'find_sources',
]
