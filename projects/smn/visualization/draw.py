"""How each kind of task is drawn."""

from __future__ import annotations

from functools import singledispatch

import cv2
import numpy as np

from projects.smn.tasks import BoxTask, Fields, KeypointTask, MaskTask, SemanticTask, Task

Colour = tuple[int, int, int]

# Tableau's ten colours (RGB), told apart by most readers.
PALETTE: tuple[Colour, ...] = (
    (31, 119, 180),
    (255, 127, 14),
    (44, 160, 44),
    (214, 39, 40),
    (148, 103, 189),
    (140, 86, 75),
    (227, 119, 194),
    (188, 189, 34),
    (23, 190, 207),
    (127, 127, 127),
)
WHITE: Colour = (255, 255, 255)


def colour_of(index: int) -> Colour:
    """The colour of an object, RGB."""
    return PALETTE[index % len(PALETTE)]


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


@draw_task.register
def _(task: MaskTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for index, mask in enumerate(fields[task.name]):
        if not mask.any():
            continue
        mask = cv2.resize(mask.astype(np.uint8) * 255, canvas.shape[1::-1]) > 127
        colour, strength = (colour_of(index), 0.4) if order == 0 else (WHITE, 0.55)
        canvas[mask] = canvas[mask] * (1 - strength) + np.array(colour) * strength
        outline, _ = cv2.findContours(
            mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(canvas, outline, -1, colour, 1, cv2.LINE_AA)


@draw_task.register
def _(task: KeypointTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    for points in fields[task.name]:
        # The third number is a visibility or a score; 0 and NaN mean that there is no point.
        for position, (x, y, known) in enumerate(points):
            if known > 0:
                centre = (round(float(x) * scale), round(float(y) * scale))
                cv2.circle(canvas, centre, 7, WHITE, -1, cv2.LINE_AA)
                cv2.circle(canvas, centre, 5, point_colour(position), -1, cv2.LINE_AA)


@draw_task.register
def _(task: SemanticTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    """Tint every class but the background; what is not labelled stays as it is."""
    (values,) = fields[task.name]
    values = cv2.resize(values, canvas.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    for index, name in enumerate(task.classes):
        if name != task.background:
            inside = values == index
            canvas[inside] = canvas[inside] * 0.55 + np.array(colour_of(index)) * 0.45


@draw_task.register
def _(task: BoxTask, canvas: np.ndarray, fields: Fields, scale: float, order: int) -> None:
    (corners,) = fields[task.name] * scale
    if np.isfinite(corners).all():
        x1, y1, x2, y2 = corners.round().astype(int).tolist()
        cv2.rectangle(canvas, (x1, y1), (x2, y2), WHITE, 5)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), point_colour(order), 3)
