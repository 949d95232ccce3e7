"""The picture of an image with everything on it that is said about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
from PIL import Image
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError, listing
from projects.smn.tasks import (
    Answers,
    Completeness,
    MaskTask,
    SemanticTask,
    Task,
    incomplete_classes,
)

from .captions import Writer, caption, image_caption
from .draw import (
    COLOURS,
    STYLES,
    WHITE,
    colour_of,
    draw_outline,
    draw_task,
    numbered,
    thickness,
)

INCOMPLETE = 'not all objects are labelled'
MIN_SIDE = 1000
AREAS = (MaskTask, SemanticTask)


def draw_answers(
    image: np.ndarray,
    answers: Answers,
    tasks: Collection[str] | None = None,
    min_side: int = MIN_SIDE,
    complete: Completeness = True,
    style: str = 'fill',
    colours: Sequence[int] | None = None,
) -> Image.Image:
    """Draw boxes, every task's masks, maps and points, and the attributes as text.

    It works on arrays with OpenCV and Pillow, since matplotlib takes seconds for an image with
    several masks. Small images are enlarged first, and on large ones lines and letters are larger,
    so that the text stays legible.

    Args:
        image: RGB, (H, W, 3), uint8.
        answers: In pixels of this image.
        tasks: The names of those to draw. ``None`` means all.
        min_side: Enlarge the image until its longer side has this many pixels.
        complete: Of which classes all objects are labelled; if not of all, the picture says so.
        style: How masks and maps are drawn: ``'fill'``, ``'outline'``, which leaves colours as they
            are, or ``'none'``.
        colours: The number of each object's colour, (N,), where it is not its position.

    Raises:
        UserError: If there is no such style.
    """
    if style not in STYLES:
        raise UserError(f'style must be one of {", ".join(STYLES)}, not {style!r:.40}')
    draw = draw_outline if style == 'outline' else draw_task
    colours = range(len(answers)) if colours is None else colours
    answered = {k: task for k, task in answers.answered.items() if tasks is None or k in tasks}
    scale = max(1.0, min_side / max(image.shape[:2]))
    canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    areas = style != 'none'
    shown = {k: t for k, t in answered.items() if areas or not isinstance(t, AREAS)}
    # Maps first: they cover all, and the rest lies on them.
    in_order = sorted(numbered(shown.values()), key=lambda pair: pair[0].part != 'sem_seg')
    for task, order in in_order:
        draw(task, canvas, {**answers.fields_of(task), COLOURS: colours}, scale, order)
    boxes = answers.boxes.reshape(-1, 4) * scale
    for index, (x1, y1, x2, y2) in enumerate(boxes.round().astype(int).tolist()):
        colour = colour_of(colours[index])
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, thickness(canvas, 2))
    writer = Writer(canvas, boxes)
    writer.legend([pair for pair in numbered(shown.values()) if not _is_empty(pair[0], answers)])
    notes = [*image_caption(answers.image, answered), *_what_is_incomplete(answers, complete)]
    if notes:
        writer.at((writer.padding, writer.padding), '\n'.join(notes), WHITE)
    for index, box in enumerate(boxes):
        text = caption(answers.objects, index, answers.classes, answered)
        writer.beside(box, text, colour_of(colours[index]))
    return writer.image


def _what_is_incomplete(answers: Answers, complete: Completeness) -> list[str]:
    """A line that says so, if there is something."""
    if not complete:
        return [INCOMPLETE]
    incomplete = incomplete_classes(complete, len(answers.classes))
    names = listing([answers.classes[label] for label in incomplete], 5)
    return [f'{INCOMPLETE}: {names}'] if incomplete else []


def _is_empty(task: Task, answers: Answers) -> bool:
    """Whether all masks of a task are empty, so that there is nothing to explain."""
    if not isinstance(task, MaskTask):
        return False
    return not any(mask_utils.area(rle) for rle in answers.fields_of(task)[task.name])
