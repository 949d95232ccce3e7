"""From an annotation to an object: what of it can be used, and what is said of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading.box_forms import MODES, from_corners, says_corners
from projects.smn.reading.outlines import (
    APART,
    CORNERS,
    TOLERANCE_PX,
    Measured,
    clip_box,
    measure,
    true_box,
)
from projects.smn.reading.rotation import enclosing_box, turned_by
from projects.smn.reading.same_object import same_object_key
from projects.smn.reading.values import flag, number
from projects.smn.tasks import Task

from .coco_frame import Categories
from .remarks import Remarks

LOST = 'left out, and their images are not complete for their class'
OTHER_CLASS = 'objects of other classes, left out'
ALIKE = f'objects whose category is almost called as a class, {LOST}'
CROWD = 'crowds and ignored regions, which count for nothing'
OUTSIDE = f'objects outside of their image, {LOST}'
TINY = f'objects of less than a pixel, {LOST}'
NO_OUTLINE = 'objects with an empty `segmentation`, of which only the box is labelled'
NO_AREA = 'objects whose `segmentation` has no area in the image, of which the box alone counts'
TWICE = 'objects that are there twice, of which one is left out'
TWINS = 'objects of one class and one box that differ in their labels, all kept'
NO_PLACE = f'objects with neither a box nor an outline that can be used, {LOST}'
REACHING = f'boxes that reach over {TOLERANCE_PX} px out of their image; are they corners?'
AREA = 'areas that are negative or larger than their box, which counts instead'
AS_THE_OTHERS = 'boxes without an outline, taken as corners as the others of the file are'
TURNED = 'boxes before a rotation, made as large as they are after it'
MIXED = 'boxes without an outline, in a file of which other boxes are corners'


class LostError(UserError):
    """An object is there, and nobody knows where."""


class InstanceParser:
    """Reads the annotations of one file.

    Args:
        path: Of the file, for messages.
        categories: Of the file.
        tasks_of_label: The tasks of each class, by its label.
        remarks: Gets what is left out or mended.
        corners: Whether boxes without an outline are corners.
    """

    def __init__(
        self,
        path: str,
        categories: Categories,
        tasks_of_label: list[list[Task]],
        remarks: Remarks,
        corners: bool = False,
    ) -> None:
        self.path, self.categories = path, categories
        self.tasks_of_label, self.remarks = tasks_of_label, remarks
        self.corners = corners
        # What outlines show of boxes, and how many boxes have none.
        self._are_corners = self._are_not = self._alone = 0
        paths = {task.label_path for tasks in tasks_of_label for task in tasks}
        self._rotation_is_label = ('attributes', 'rotation') in paths

    @property
    def proves_corners(self) -> bool:
        """Whether what was parsed shows that all boxes of the file are corners."""
        return bool(self._are_corners and self._alone and not self._are_not) and not self.corners

    def finish(self) -> None:
        """Say what can be said of a file when all of it has been parsed."""
        if self._are_corners and self._are_not and self._alone:
            self.remarks.add(MIXED)

    def parse_all(
        self, annotations: list[dict], image: Mapping[str, Any]
    ) -> tuple[list[dict], set[int]]:
        """The objects of an image.

        Args:
            annotations: Of the image.
            image: Its record, with ``width`` and ``height``.

        Returns:
            The objects, and the labels of classes of which one was lost.

        Raises:
            UserError: If one is not what it must be.
        """
        found, lost, seen = [], set(), defaultdict(list)
        for annotation in annotations:
            label = self.categories.labels.get(annotation['category_id'])
            if label is None:
                lost |= self._pass_over(annotation)
                continue
            ignored = self._flag(annotation, 'iscrowd') or self._flag(annotation, 'ignore')
            if ignored:
                self._remark(CROWD, annotation, chosen=True)
            try:
                instance = self._parse(annotation, image, label)
            except LostError as reason:
                if not ignored:
                    self._remark(str(reason), annotation)
                    lost.add(label)
                continue
            instance['ignore_flag'] = int(ignored)
            at_place = seen[(label, *instance['bbox'], instance['area'])]
            at_place.append(annotation)
            if len(at_place) > 1:  # few are, and keys are slow
                key, *keys = [same_object_key(a, label) for a in reversed(at_place)]
                self._remark(TWICE if key in keys else TWINS, annotation)
                if key in keys:
                    continue
            found.append(instance)
        return found, lost

    def _pass_over(self, annotation: dict) -> set[int]:
        """Leave out an object of another class; what may be meant by it is not complete."""
        number = annotation['category_id']
        meant = self.categories.alike.get(number)
        name = repr(self.categories.names[number])
        if meant is None:
            self.remarks.add(OTHER_CLASS, name, chosen=True)
            return set()
        self.remarks.add(ALIKE, f'{name}, not {meant!r}')
        return {self.categories.classes.index(meant)}

    def _parse(self, annotation: dict, image: Mapping[str, Any], label: int) -> dict:
        outline = annotation.get('segmentation')
        drawn = measure(outline, image['height'], image['width']) if outline else None
        if drawn and clip_box(drawn.box, image['width'], image['height']) is None:
            drawn = None
        box = x, y, width, height = self._box(annotation, image, drawn)
        labels = self._labels(annotation, image, label)
        if drawn is None and 'segmentation' in annotation:
            # An RLE of no pixel, and parts without points, are empty too.
            empty = isinstance(outline, dict) or not any(outline or ())
            self._forget_outline(NO_OUTLINE if empty else NO_AREA, annotation, label, labels)
        return dict(
            bbox=[x, y, x + width, y + height],
            bbox_label=label,
            area=self._area(annotation, box) or width * height,
            task_labels=labels,
        )

    def _box(
        self, annotation: dict, image: Mapping[str, Any], drawn: Measured | None
    ) -> list[float]:
        """x, y, width and height; one pixel or more of it in the image."""
        size = image['width'], image['height']
        said = self._numbers(annotation)
        if said is not None and drawn is None:
            said = self._as_meant(annotation, said)
        box, remark = true_box(said, drawn.box if drawn else None, *size)
        if remark == APART:
            raise LostError(f'{APART}, {LOST}')
        self._are_corners += remark == CORNERS
        # At the origin, both ways of writing are one.
        self._are_not += bool(drawn) and remark is None and max(box[:2]) > TOLERANCE_PX
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
        try:
            corners = says_corners(box, annotation, self._number(annotation, 'area'))
        except UserError as error:
            raise self._error(annotation, str(error)) from None
        if corners or self.corners:
            self._remark(MODES if corners else AS_THE_OTHERS, annotation)
            box = from_corners(box)
        self._alone += not corners
        degrees = 0 if self._rotation_is_label else turned_by(annotation)
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
        return [x, y, width, height]

    def _area(self, annotation: dict, box: list[float]) -> float:
        """What its record says of its area, in square pixels; 0 where that cannot be."""
        area = self._number(annotation, 'area')
        # Boxes may be rounded, outlines are often not.
        if 0 <= area <= (box[2] + 2 * TOLERANCE_PX) * (box[3] + 2 * TOLERANCE_PX):
            return area
        self._remark(AREA, annotation)
        return 0.0

    def _number(self, annotation: dict, key: str) -> float:
        try:
            return number(annotation.get(key) or 0)
        except UserError as error:
            raise self._error(annotation, f'`{key}`: {error}') from None

    def _flag(self, annotation: dict, key: str) -> bool:
        value = annotation.get(key, 0)
        if value in (0, None):  # most of a million are
            return False
        try:
            return flag(value)
        except UserError as error:
            raise self._error(annotation, f'`{key}`: {error}') from None

    def _labels(self, annotation: dict, image: Mapping[str, Any], label: int) -> dict[str, Any]:
        labels: dict[str, Any] = {}
        for task in self.tasks_of_label[label]:
            try:
                wrong = parse_label(task, annotation, image, labels)
            except UserError as error:
                raise self._error(annotation, f'task {task.name!r}: {error}') from None
            for what in wrong:
                self._remark(what, annotation)
        return labels

    def _forget_outline(
        self, reason: str, annotation: dict, label: int, labels: dict[str, Any]
    ) -> None:
        """Nothing that has a box has no mask: exporters write it so where only a box was drawn."""
        outlines = [task.name for task in self.tasks_of_label[label] if task.outlines]
        for name in outlines:
            labels.pop(name, None)
        if outlines:
            self._remark(reason, annotation)

    def _remark(self, what: str, annotation: Mapping[str, Any], chosen: bool = False) -> None:
        self.remarks.add(what, f'annotation {annotation.get("id")!r}', chosen)

    def _error(self, annotation: Mapping[str, Any], what: str) -> UserError:
        return UserError(f'{self.path}: annotation {annotation.get("id")!r}: {what}')


def parse_label(
    task: Task, record: Mapping[str, Any], image: Mapping[str, Any], labels: dict[str, Any]
) -> tuple[str, ...]:
    """Put a task's label of an annotation or image into ``labels``, if there is one.

    Returns:
        What was wrong with it, and is mended.

    Raises:
        UserError: If it is no valid label.
    """
    label = task.find_label(record)
    if label is None:
        return ()
    size = image['height'], image['width']
    parsed = task.parse_label(label)
    task.check_size(parsed, *size)
    parsed, wrong = task.mended(parsed, record, *size)
    if parsed is not None:
        labels[task.name] = parsed
    return wrong
