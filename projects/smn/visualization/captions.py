"""What is written about an object, and where there is room for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from projects.smn.tasks import Fields, Task, tasks_per

from .draw import WHITE, Colour, legend_of, thickness

# In pixels of a picture of 1000: see `thickness`.
FONT_SIZE = 15
PADDING = 4
LINE = 2


def caption(fields: Fields, index: int, classes: tuple[str, ...], tasks: Mapping[str, Task]) -> str:
    """Class and score, then a line per attribute, with its unit."""
    name = classes[int(fields['labels'][index])]
    score = f' {float(fields["scores"][index]):.2f}' if 'scores' in fields else ''
    return '\n'.join([name + score, *_lines(fields, index, tasks_per('object', tasks))])


def image_caption(fields: Fields, tasks: Mapping[str, Task]) -> list[str]:
    """A line per attribute of the whole image."""
    return _lines(fields, 0, tasks_per('image', tasks))


def _lines(fields: Fields, index: int, tasks: Mapping[str, Task]) -> list[str]:
    return [line for task in tasks.values() if (line := task.caption(fields, index))]


class Writer:
    """Writes captions on an image, each where it hides least.

    Args:
        image: RGB, (H, W, 3), uint8.
        boxes: (N, 4) of the objects on it, in its pixels: better not covered.
    """

    def __init__(self, image: np.ndarray, boxes: np.ndarray) -> None:
        self.image = Image.fromarray(image)
        self.draw = ImageDraw.Draw(self.image, 'RGBA')
        self.font = _font(thickness(image, FONT_SIZE))
        self.padding = thickness(image, PADDING)
        self.line = thickness(image, LINE)
        self.taken = [tuple(box) for box in boxes]

    def beside(self, box: np.ndarray, text: str, colour: Colour) -> None:
        """Write beside a box, or in a corner of it where there is no room."""
        width, height = self._size(text)
        x1, y1, x2, y2 = box
        places = [(x2, y1), (x1 - width, y1), (x1, y1 - height), (x1, y2), (x2 - width, y2)]
        places += [(x1, y1), (x2 - width, y1), (x1, y2 - height), (x2 - width, y2 - height)]
        limit = np.maximum(np.array(self.image.size) - (width, height), 0)
        places = [tuple(np.clip(place, 0, limit)) for place in places]
        covered = [
            sum(_overlap((*p, p[0] + width, p[1] + height), t) for t in self.taken) for p in places
        ]
        self.at(places[int(np.argmin(covered))], text, colour)

    def at(self, place: tuple[float, float], text: str, colour: Colour) -> None:
        """Write with the upper left corner at ``place``."""
        width, height = self._size(text)
        area = (*place, place[0] + width, place[1] + height)
        self.draw.rectangle(area, fill=(0, 0, 0, 165), outline=colour, width=self.line)
        corner = place[0] + self.padding, place[1] + self.padding
        self.draw.multiline_text(corner, text, WHITE, self.font, spacing=self.padding)
        self.taken.append(area)

    def legend(self, tasks: Iterable[tuple[Task, int]]) -> None:
        """What has a colour that tells what it is, in the lower left corner.

        That is keypoints, the classes of semantic maps, and boxes of the whole image.
        """
        entries = [entry for pair in tasks for entry in legend_of(*pair)]
        bottom = self.image.size[1] - self.padding
        for name, colour in reversed(entries):
            bottom -= self._size(name)[1] + self.padding
            self.at((self.padding, bottom), name, colour)

    def _size(self, text: str) -> tuple[float, float]:
        _, _, right, bottom = self.draw.multiline_textbbox(
            (0, 0), text, self.font, spacing=self.padding
        )
        return right + 2 * self.padding, bottom + 2 * self.padding


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib ships: there on every machine, with all of Latin."""
    path = Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / 'DejaVuSans.ttf'
    return ImageFont.truetype(str(path), size)


def _overlap(first: tuple, second: tuple) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(width, 0) * max(height, 0)
