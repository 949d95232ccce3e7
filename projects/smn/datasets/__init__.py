"""COCO with tasks, the transforms that move every task's labels, and samplers."""

from projects.smn import quiet  # noqa: F401  # before mmdet is imported

from .backends import PackedBackend
from .coco import CocoTaskDataset
from .label_counts import LabelCounts
from .labels import TaskLabels
from .remarks import Remarks, describe_remarks, refuse_remarks
from .samplers import ShareSampler
from .sources import find_origins, find_sources
from .transforms import (
    LoadImageFromFile,
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
    'LoadImageFromFile',
    'LoadTaskAnnotations',
    'PackTaskInputs',
    'PackedBackend',
    'RandomTranspose',
    'Remarks',
    'ShareSampler',
    'TaskCopyPaste',
    'TaskLabels',
    'TaskMosaic',
    'TaskRandomAffine',
    'describe_remarks',
    'find_origins',
    'find_sources',
    'refuse_remarks',
]
