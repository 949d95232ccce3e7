"""Drawing every task of an image."""

from .visualizer import TaskVisualizer

__all__ = ['TaskVisualizer']
