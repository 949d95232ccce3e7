"""Transforms that MMDetection does not have. Its own move the labels of tasks, see labels.py."""

from .loading import LoadTaskAnnotations
from .packing import PackTaskInputs
from .transpose import RandomTranspose

__all__ = ['LoadTaskAnnotations', 'PackTaskInputs', 'RandomTranspose']
