"""How each kind of task is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import singledispatch

import cv2
import numpy as np
from matplotlib.colors import TABLEAU_COLORS
from PIL import ImageColor

from projects.smn.tasks import (
    BoxTask,
    Fields,
    KeypointTask,
    MaskTask,
    SemanticTask,
    Task,
    decode_crop,
)

Colour = tuple[int, int, int]

# Tableau's ten colours (RGB), told apart by most readers; grey is the last.
NAMES = ('blue', 'orange', 'green', 'red', 'purple', 'brown', 'pink', 'olive', 'cyan', 'gray')
PALETTE = tuple(ImageColor.getrgb(TABLEAU_COLORS[f'tab:{name}']) for name in NAMES)
WHITE: Colour = (255, 255, 255)
COLOURS = '#colours'
"""A field of objects that no task can be called: the number of each one's colour."""

STYLES = ('fill', 'outline', 'none')
"""How areas are drawn: tinted with an outline, as outlines, or not."""


def colour_of(index: int) -> Colour:
    """The colour of an object, RGB."""
    return PALETTE[index % len(PALETTE)]


def object_colours(fields: Fields) -> list[Colour]:
    """The colour of each object: by its position, unless a picture says which objects are one."""
    return [colour_of(index) for index in fields.get(COLOURS, range(len(fields['bboxes'])))]


def thickness(canvas: np.ndarray, pixels: float) -> int:
    """What is so many pixels thick, or large, on a picture of 1000: on a larger one it is more.

    Large pictures are looked at on the same screens, so that lines and letters grow with them.
    """
    return max(1, round(pixels * max(1.0, max(canvas.shape[:2]) / 1000)))


def point_colour(position: int) -> Colour:
    """The colour of a keypoint by its position among the points of its task, RGB."""
    return PALETTE[(position + 3) % len(PALETTE)]


@singledispatch
def draw_task(task: Task, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    """Draw one task of all objects. A task that is only text draws nothing.

    Args:
        task: Which.
        canvas: The image, enlarged by ``scale``: RGB, (H, W, 3), uint8; changed in place.
        fields: The objects, or the whole image, in pixels of the original image.
        scale: Canvas pixels per image pixel.
        order: Position among the tasks of its kind; the first mask has its object's colour.
    """


@singledispatch
def draw_outline(task: Task, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    """The same without covering what is graded; of a task without areas it is the same."""
    draw_task(task, canvas, fields, scale, order)


@singledispatch
def legend_of(task: Task, order: int) -> list[tuple[str, Colour]]:
    """What has a colour that tells what it is: its name and the colour. ``order`` as above."""
    return []


def numbered(tasks: Iterable[Task]) -> Iterator[tuple[Task, int]]:
    """Tasks with their positions among those of their kind."""
    seen = Counter()
    for task in tasks:
        yield task, seen[task.kind]
        seen[task.kind] += 1


@draw_task.register
def _(task: MaskTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for mask, corner, colour in _masks(task, canvas, fields, scale, order):
        (x, y), (height, width) = corner, mask.shape
        part = canvas[y : y + height, x : x + width]
        _tint(part, mask, colour, 0.4 if order == 0 else 0.55)
        _outline(canvas, mask, colour, 1, corner)


@draw_outline.register
def _(task: MaskTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for mask, corner, colour in _masks(task, canvas, fields, scale, order):
        _outline(canvas, mask, colour, 2, corner)


@legend_of.register
def _(task: MaskTask, order: int) -> list[tuple[str, Colour]]:
    return [(task.name, WHITE)] if order else []


def _masks(
    task: MaskTask, canvas: np.ndarray, fields: Fields, scale: float, order: int
) -> Iterator[tuple[np.ndarray, tuple[int, int], Colour]]:
    """The masks that are not empty, on the canvas: what is in their boxes, where, which colour."""
    for rle, colour in zip(fields[task.name], object_colours(fields), strict=True):
        mask, (y, x) = decode_crop(rle)  # only its box is worked on
        if scale != 1 and mask.size:
            mask, (x, y) = _enlarged(mask, (x, y), scale, canvas.shape[1::-1])
        if mask.any():
            yield mask, (x, y), WHITE if order else colour


def _enlarged(
    mask: np.ndarray, corner: tuple[int, int], scale: float, size: tuple[int, int]
) -> tuple[np.ndarray, tuple[int, int]]:
    """A part of a mask as it is on a canvas of this (width, height), and its corner there."""
    corner, sides, size = (np.array(pair) for pair in (corner, mask.shape[::-1], size))
    first = np.floor((corner - 1) * scale).clip(0).astype(int)
    last = np.minimum(np.ceil((corner + sides + 1) * scale).astype(int), size)
    # Where the centre of each pixel of the canvas is in the part.
    shift = (first + 0.5) / scale - corner - 0.5
    to_part = np.array([[1 / scale, 0, shift[0]], [0, 1 / scale, shift[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    enlarged = cv2.warpAffine(mask * 255, to_part, (last - first).tolist(), flags=flags)
    return (enlarged > 127).astype(np.uint8), tuple(first.tolist())


@draw_task.register
def _(task: KeypointTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for points in fields[task.name]:
        # The third number is a visibility or a score; 0 and NaN mean that there is no point.
        for position, (x, y, known) in enumerate(points):
            if known > 0:
                centre = (round(float(x) * scale), round(float(y) * scale))
                outer, inner = thickness(canvas, 7), thickness(canvas, 5)
                cv2.circle(canvas, centre, outer, WHITE, -1, cv2.LINE_AA)
                cv2.circle(canvas, centre, inner, point_colour(position), -1, cv2.LINE_AA)


@legend_of.register
def _(task: KeypointTask, order: int) -> list[tuple[str, Colour]]:
    return [(name, point_colour(position)) for position, name in enumerate(task.points)]


@draw_task.register
def _(task: SemanticTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    """Tint every class but the background; what is not labelled stays as it is."""
    for inside, colour in _classes(task, canvas, fields):
        _tint(canvas, inside, colour, 0.45)


@draw_outline.register
def _(task: SemanticTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for inside, colour in _classes(task, canvas, fields):
        _outline(canvas, inside, colour, 2)


def _classes(
    task: SemanticTask, canvas: np.ndarray, fields: Fields
) -> Iterator[tuple[np.ndarray, Colour]]:
    """Where each class but the background is on the canvas, and its colour."""
    (values,) = fields[task.name]
    values = cv2.resize(values, canvas.shape[1::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    for index, name in enumerate(task.classes):
        if name != task.background:
            yield (values == index).astype(np.uint8), colour_of(index)


@legend_of.register
def _(task: SemanticTask, order: int) -> list[tuple[str, Colour]]:
    named = enumerate(task.classes)
    return [(name, colour_of(index)) for index, name in named if name != task.background]


@draw_task.register
def _(task: BoxTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    (corners,) = fields[task.name] * scale
    if np.isfinite(corners).all():
        x1, y1, x2, y2 = corners.round().astype(int).tolist()
        outer, inner = thickness(canvas, 5), thickness(canvas, 3)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), WHITE, outer)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), point_colour(order), inner)


@legend_of.register
def _(task: BoxTask, order: int) -> list[tuple[str, Colour]]:
    return [(task.name, point_colour(order))]


def _tint(canvas: np.ndarray, inside: np.ndarray, colour: Colour, strength: float) -> None:
    """Mix a colour into the pixels of an area, (H, W) of 0 and 1."""
    # By a table: a large area in floating point takes eight times its memory.
    mixed = np.arange(256)[:, None] * (1 - strength) + np.array(colour) * strength
    cv2.copyTo(cv2.LUT(canvas, mixed.astype(np.uint8)[None]), inside, canvas)


def _outline(
    canvas: np.ndarray,
    inside: np.ndarray,
    colour: Colour,
    pixels: int,
    corner: tuple[int, int] = (0, 0),
) -> None:
    """Draw around an area, (H, W) of 0 and 1, whose upper left corner is at ``corner``."""
    lines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    width = thickness(canvas, pixels)
    cv2.drawContours(canvas, lines, -1, colour, width, cv2.LINE_AA, offset=corner)
