"""The picture of an image with everything on it that is said about it."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from PIL import Image

from projects.smn.tasks import Answers

from .captions import Writer, caption, image_caption
from .draw import WHITE, colour_of, draw_task, numbered, thickness

INCOMPLETE = 'not all objects are labelled'
MIN_SIDE = 1000


def draw_answers(
    image: np.ndarray,
    answers: Answers,
    tasks: Collection[str] | None = None,
    min_side: int = MIN_SIDE,
    complete: bool = True,
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
        complete: Whether all objects are labelled; if not, the picture says so.
    """
    answered = {k: task for k, task in answers.answered.items() if tasks is None or k in tasks}
    scale = max(1.0, min_side / max(image.shape[:2]))
    canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    # Maps first: they cover all, and the rest lies on them.
    in_order = sorted(numbered(answered.values()), key=lambda pair: pair[0].part != 'sem_seg')
    for task, order in in_order:
        draw_task(task, canvas, answers.fields_of(task), scale, order)
    boxes = answers.boxes.reshape(-1, 4) * scale
    for index, (x1, y1, x2, y2) in enumerate(boxes.round().astype(int).tolist()):
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour_of(index), thickness(canvas, 2))
    writer = Writer(canvas, boxes)
    writer.legend(answered)
    notes = [*image_caption(answers.image, answered), *([] if complete else [INCOMPLETE])]
    if notes:
        writer.at((writer.padding, writer.padding), '\n'.join(notes), WHITE)
    for index, box in enumerate(boxes):
        text = caption(answers.objects, index, answers.classes, answered)
        writer.beside(box, text, colour_of(index))
    return writer.image
