"""Pictures of how a dense head lays out its anchors, and which it matches to objects."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .captions import Writer
from .draw import WHITE, colour_of


def draw_layout(
    image: np.ndarray,
    anchors: Sequence[np.ndarray],
    sizes: Sequence[tuple[int, int]],
    zoom: float = 1,
) -> np.ndarray:
    """One panel per level: the centres of all anchors, and those of the cell in the middle.

    Args:
        image: The network's input, RGB, (H, W, 3), uint8.
        anchors: Of each level, (cells x anchors per cell, 4): x1, y1, x2, y2 in its pixels.
        sizes: (rows, columns) of each level's map.
        zoom: How much image and anchors are enlarged; what is written is without it.

    Returns:
        RGB, two panels wide.
    """
    panels = []
    for level, (boxes, (rows, columns)) in enumerate(zip(anchors, sizes, strict=True)):
        boxes = boxes.reshape(rows * columns, -1, 4)
        panel = (image * 0.6).astype(np.uint8)
        for x, y in ((boxes[:, 0, :2] + boxes[:, 0, 2:]) / 2).round().astype(int).tolist():
            cv2.circle(panel, (x, y), 2, WHITE, -1, cv2.LINE_AA)
        middle = boxes[rows // 2 * columns + columns // 2]
        _rectangles(panel, middle, level)
        sides = np.sqrt(np.prod(middle[:, 2:] - middle[:, :2], axis=1)) / zoom
        text = (
            f'level {level}: {columns} x {rows} cells, {boxes.shape[1]} anchors each, '
            f'{sides.min():.0f} to {sides.max():.0f} px'
        )
        panels.append(_labelled(panel, text))
    if len(panels) % 2:
        panels.append(np.full_like(panels[0], 255))
    rows = [np.concatenate(panels[i : i + 2], axis=1) for i in range(0, len(panels), 2)]
    return np.concatenate(rows)


def draw_matches(
    image: np.ndarray, truth: np.ndarray, anchors: Sequence[np.ndarray], assigned: np.ndarray
) -> np.ndarray:
    """The objects in white, and in the colour of its level every anchor that is matched to one.

    Args:
        image: The network's input, RGB, (H, W, 3), uint8.
        truth: Boxes (N, 4): x1, y1, x2, y2 in its pixels.
        anchors: Of each level, (A, 4).
        assigned: For the anchors of all levels, one after the other: the number of the object from
            1, 0 for background, -1 for neither, as mmdet's assigners say it.
    """
    picture = image.copy()
    first, counts = 0, []
    for level, boxes in enumerate(anchors):
        positive = assigned[first : first + len(boxes)] > 0
        _rectangles(picture, boxes[positive], level)
        counts.append(f'level {level}: {int(positive.sum())}')
        first += len(boxes)
    for x1, y1, x2, y2 in truth.round().astype(int).tolist():
        cv2.rectangle(picture, (x1, y1), (x2, y2), WHITE, 3)
    found = len(np.unique(assigned[assigned > 0]))
    text = f'{found} of {len(truth)} objects have anchors; ' + ', '.join(counts)
    return _labelled(picture, text)


def _rectangles(picture: np.ndarray, boxes: np.ndarray, level: int) -> None:
    for x1, y1, x2, y2 in boxes.round().astype(int).tolist():
        cv2.rectangle(picture, (x1, y1), (x2, y2), colour_of(level), 1, cv2.LINE_AA)


def _labelled(picture: np.ndarray, text: str) -> np.ndarray:
    writer = Writer(picture, np.zeros((0, 4)))
    writer.at((writer.padding, writer.padding), text, WHITE)
    return np.asarray(writer.image)
