"""Which object a point or a part belongs to, or why nobody can tell.

Every question is answered by the object, or by None and the reason as the end of a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from projects.smn.convert.objects import TOLERANCE_PX

Answer = tuple[dict | None, str]

SIMILAR = 2  # one size or distance is clearly the smaller when the other is twice as large
BORDER_PX = 1e-3  # half a line's width, for OpenCV takes 32-bit numbers
PART_INSIDE = 0.8  # of the corners of a part, for a hand may slip over the border of the object

NOWHERE = 'in no object'
TWO_SIZES = 'in two objects of similar size'
NEAR_ANOTHER = f'in one object and within {TOLERANCE_PX} px of another'
TWO_NEAR = 'about equally near to two objects'
FAR = 'far from the nearest object'


def owner_of_point(objects: list[dict], x: float, y: float) -> Answer:
    """The smallest object that contains the point; its border is inside.

    It is ambiguous when the next one that contains it is less than :data:`SIMILAR` times as large,
    and when another one begins so near that a hand's slip decides.
    """
    distances = {id(thing): distance(thing, x, y) for thing in objects}
    answer = _smallest(objects, lambda thing: distances[id(thing)] == 0)
    slip = any(0 < off <= TOLERANCE_PX for off in distances.values())
    return (None, NEAR_ANOTHER) if slip and answer[0] is not None else answer


def owner_of_part(objects: list[dict], polygon: list[float]) -> Answer:
    """The smallest object that contains the polygon, or :data:`PART_INSIDE` of its corners."""
    corners = list(zip(polygon[::2], polygon[1::2], strict=True))

    def contains(thing: dict) -> bool:
        inside = sum(distance(thing, x, y) == 0 for x, y in corners)
        return inside >= PART_INSIDE * len(corners)

    return _smallest(objects, contains)


def nearest_to_point(objects: list[dict], x: float, y: float, reach: float) -> Answer:
    """The object that the point is nearest to, by the distance to its outline.

    A point inside objects belongs to the smallest of them, as with :func:`owner_of_point`. Outside
    of all, it is ambiguous when the second object is less than :data:`SIMILAR` times as far, or
    within a hand's slip of the same distance.

    Args:
        objects: Annotations of one image, with ``bbox`` and ``area``.
        x: In pixels.
        y: In pixels.
        reach: How far a point may be off, as a share of the diagonal of the object's box.
    """
    answer = owner_of_point(objects, x, y)
    if answer[1] != NOWHERE or not objects:
        return answer
    ranked = sorted(((distance(thing, x, y), thing) for thing in objects), key=lambda pair: pair[0])
    first, thing = ranked[0]
    if first > reach * math.hypot(*thing['bbox'][2:]):
        return None, FAR
    if len(ranked) > 1 and ranked[1][0] < max(SIMILAR * first, first + TOLERANCE_PX):
        return None, TWO_NEAR
    return thing, ''


def distance(thing: dict, x: float, y: float) -> float:
    """From the point to the outline of an object, in pixels; 0 inside and on the border.

    An object whose outline is not known, or is no polygon, is as large as its box.
    """
    point = float(x), float(y)
    outside = -max(cv2.pointPolygonTest(part, point, True) for part in _parts(thing))
    return outside if outside > BORDER_PX else 0.0


def _smallest(objects: list[dict], contains: Callable[[dict], bool]) -> Answer:
    found = sorted(filter(contains, objects), key=lambda thing: thing['area'])
    if not found:
        return None, NOWHERE
    if len(found) > 1 and found[1]['area'] < SIMILAR * found[0]['area']:
        return None, TWO_SIZES
    return found[0], ''


def _parts(thing: dict) -> list[np.ndarray]:
    outline = thing.get('segmentation')
    if not outline or isinstance(outline, dict):
        x, y, width, height = thing['bbox']
        outline = [[x, y, x + width, y, x + width, y + height, x, y + height]]
    return [np.array(part, np.float32).reshape(-1, 2) for part in outline]
