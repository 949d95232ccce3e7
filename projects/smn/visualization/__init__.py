"""Drawing every task of an image."""

from .draw import colour_of, draw_task, legend_of
from .picture import draw_answers
from .visualizer import TaskVisualizer

__all__ = ['TaskVisualizer', 'colour_of', 'draw_answers', 'draw_task', 'legend_of']
