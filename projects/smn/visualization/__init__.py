"""Drawing every task of an image."""

from .picture import draw_answers
from .visualizer import TaskVisualizer

__all__ = ['TaskVisualizer', 'draw_answers']
