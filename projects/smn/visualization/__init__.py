"""Drawing every task of an image."""

from .draw import STYLES, colour_of, draw_outline, draw_task, legend_of, object_colours
from .picture import draw_answers
from .visualizer import TaskVisualizer

__all__ = [
    'STYLES',
    'TaskVisualizer',
    'colour_of',
    'draw_answers',
    'draw_outline',
    'draw_task',
    'legend_of',
    'object_colours',
]
