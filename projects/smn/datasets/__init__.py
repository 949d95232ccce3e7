"""COCO with tasks, and the transforms that move every task's labels."""

from .coco import CocoTaskDataset
from .keypoints import Keypoints
from .labels import InstanceLabels
from .load_labels import load_labels
from .transforms import LoadTaskAnnotations, PackTaskInputs, RandomTranspose

__all__ = [
    'CocoTaskDataset',
    'InstanceLabels',
    'Keypoints',
    'LoadTaskAnnotations',
    'PackTaskInputs',
    'RandomTranspose',
    'load_labels',
]
