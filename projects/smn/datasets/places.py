"""Where an object is, from all that its record says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading.box_forms import (
    AS_THE_OTHERS,
    MIXED,
    MODE,
    Witnesses,
    from_corners,
    mode_is_corners,
)
from projects.smn.reading.outlines import APART, TOLERANCE_PX, Measured, clip_box, true_box
from projects.smn.reading.rotation import enclosing_box, turned_by
from projects.smn.reading.values import number

from .remarks import Remarks

LOST = 'left out, and their images are not complete for their class'
OUTSIDE = f'objects outside of their image, {LOST}'
TINY = f'objects of less than a pixel, {LOST}'
NO_PLACE = f'objects with neither a box nor an outline that can be used, {LOST}'
REACHING = f'boxes that reach over {TOLERANCE_PX} px out of their image; are they corners?'
AREA = 'areas that cannot be, taken from the outline or the box'
TURNED = 'boxes before a rotation, made as large as they are after it'


class LostError(UserError):
    """An object is there, and nobody knows where."""


class PlaceReader:
    """Reads the boxes and areas of one file.

    Args:
        path: Of the file, for messages.
        remarks: Gets what is mended.
        witnesses: What the boxes of the file show of how they are written.
        turned: Whether ``attributes.rotation`` is that of a box; no task learns it then.
    """

    def __init__(
        self, path: str, remarks: Remarks, witnesses: Witnesses, turned: bool = True
    ) -> None:
        self.path, self.remarks, self.turned = path, remarks, turned
        self.witnesses = witnesses

    def read(
        self, annotation: dict, image: Mapping[str, Any], drawn: Measured | None
    ) -> tuple[list[float], float]:
        """The box and the area of an object.

        Args:
            annotation: Of the object.
            image: Its record, with ``width`` and ``height``.
            drawn: The outline of the object, if it has one that lies on the image.

        Returns:
            x, y, width and height in pixels, and square pixels.

        Raises:
            LostError: If nobody knows where it is.
            UserError: If its numbers are none.
        """
        box = self._box(annotation, image, drawn)
        return box, self._area(annotation, box, drawn)

    def _box(
        self, annotation: dict, image: Mapping[str, Any], drawn: Measured | None
    ) -> list[float]:
        """One pixel or more of it is in the image."""
        size = image['width'], image['height']
        said = self._numbers(annotation)
        if said is not None and drawn is None:
            said = self._as_meant(annotation, said)
        box, remark = true_box(said, drawn.box if drawn else None, *size)
        if remark == APART:
            raise LostError(f'{APART}, {LOST}')
        if box is None and annotation.get('segmentation') is not None:
            raise LostError(NO_PLACE)
        if box is None:
            raise self._error(annotation, 'it has no `bbox` of four numbers')
        if min(box[2:]) < 1:
            raise LostError(TINY)
        if clip_box(box, *size) is None:
            raise LostError(OUTSIDE)
        if remark:
            self._remark(remark, annotation)
        sides = zip(box[:2], box[2:], size, strict=True)
        out = max(max(-low, low + long - side) for low, long, side in sides)
        if out > TOLERANCE_PX:
            self._remark(REACHING, annotation)
        return box

    def _as_meant(self, annotation: dict, box: list[float]) -> list[float]:
        """A box that has no outline beside it, from what else its record says of it."""
        if annotation.get('bbox_mode') is None and self.witnesses.prove_corners:
            self._remark(AS_THE_OTHERS, annotation)
            box = from_corners(box)
        elif annotation.get('bbox_mode') is None and self.witnesses.in_doubt:
            self._remark(MIXED, annotation)
        degrees = turned_by(annotation) if self.turned else 0
        if degrees:
            self._remark(TURNED, annotation)
            box = enclosing_box(box, degrees)
        return box

    def _numbers(self, annotation: dict) -> list[float] | None:
        box = annotation.get('bbox')
        if box is None or box == []:
            return None
        try:
            if not isinstance(box, (list, tuple)):  # text has characters, an object has keys
                raise TypeError
            x, y, width, height = map(number, box)
        except (TypeError, ValueError):
            raise self._error(
                annotation, f'its `bbox` is {box!r:.60}, not four finite numbers'
            ) from None
        try:
            corners = mode_is_corners(annotation)
        except UserError as error:
            raise self._error(annotation, str(error)) from None
        if not corners:
            return [x, y, width, height]
        self._remark(MODE, annotation, chosen=True)
        return from_corners([x, y, width, height])

    def _area(self, annotation: dict, box: list[float], drawn: Measured | None) -> float:
        """What its record says of its area, in square pixels, where that can be."""
        try:
            area = number(annotation.get('area') or 0)
        except UserError as error:
            raise self._error(annotation, f'`area`: {error}') from None
        # Boxes may be rounded, outlines are often not; and some count pixels, some the shape.
        largest = (box[2] + 2 * TOLERANCE_PX) * (box[3] + 2 * TOLERANCE_PX)
        smallest = drawn.area / 2 if drawn else 1
        if smallest <= area <= largest:
            return area
        if area:
            self._remark(AREA, annotation)
        return drawn.area if area and drawn else box[2] * box[3]

    def _remark(self, what: str, annotation: Mapping[str, Any], chosen: bool = False) -> None:
        self.remarks.add(what, f'annotation {annotation.get("id")!r}', chosen)

    def _error(self, annotation: Mapping[str, Any], what: str) -> UserError:
        return UserError(f'{self.path}: annotation {annotation.get("id")!r}: {what}')
