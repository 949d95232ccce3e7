"""From an annotation to an object: what of it can be used, and what is said of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading.outlines import APART, Measured, clip_box, measure, true_box
from projects.smn.reading.values import flag, number
from projects.smn.tasks import Task

from .coco_frame import Categories
from .remarks import Remarks

LOST = 'left out, and their images are not complete for their class'
OTHER_CLASS = 'objects of other classes, left out'
CROWD = 'crowds and ignored regions, which count for nothing'
OUTSIDE = f'objects outside of their image, {LOST}'
TINY = f'objects of less than a pixel, {LOST}'
NO_OUTLINE = 'objects with an empty `segmentation`, of which only the box is labelled'
TWICE = 'objects that are there twice, of which one is left out'


class LostError(UserError):
    """An object is there, and nobody knows where."""


class InstanceParser:
    """Reads the annotations of one file.

    Args:
        path: Of the file, for messages.
        categories: Of the file.
        tasks_of_label: The tasks of each class, by its label.
        remarks: Gets what is left out or mended.
    """

    def __init__(
        self,
        path: str,
        categories: Categories,
        tasks_of_label: list[list[Task]],
        remarks: Remarks,
    ) -> None:
        self.path, self.categories = path, categories
        self.tasks_of_label, self.remarks = tasks_of_label, remarks

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
                self._remark(OTHER_CLASS, annotation, chosen=True)
                continue
            try:
                instance = self._parse(annotation, image, label)
            except LostError as reason:
                self._remark(str(reason), annotation)
                lost.add(label)
                continue
            at_place = seen[(label, *instance['bbox'])]
            same = {key: value for key, value in annotation.items() if key != 'id'}
            if same in at_place:
                self._remark(TWICE, annotation)
                continue
            at_place.append(same)
            found.append(instance)
        return found, lost

    def _parse(self, annotation: dict, image: Mapping[str, Any], label: int) -> dict:
        ignored = self._flag(annotation, 'iscrowd') or self._flag(annotation, 'ignore')
        if ignored:
            self._remark(CROWD, annotation, chosen=True)
        outline = annotation.get('segmentation')
        drawn = measure(outline, image['height'], image['width']) if outline else None
        x, y, width, height = self._box(annotation, image, drawn)
        labels = self._labels(annotation, image, label)
        # Also an RLE of no pixel, and parts without points.
        empty = drawn is None and (isinstance(outline, dict) or not any(outline or ()))
        if empty and 'segmentation' in annotation:
            self._forget_outline(annotation, label, labels)
        return dict(
            bbox=[x, y, x + width, y + height],
            bbox_label=label,
            ignore_flag=int(ignored),
            area=self._area(annotation) or width * height,
            task_labels=labels,
        )

    def _box(
        self, annotation: dict, image: Mapping[str, Any], drawn: Measured | None
    ) -> list[float]:
        """x, y, width and height; one pixel or more of it in the image."""
        size = image['width'], image['height']
        said = self._numbers(annotation)
        box, remark = true_box(said, drawn.box if drawn else None, *size)
        if remark == APART:
            raise LostError(f'{APART}, {LOST}')
        if box is None:
            raise self._error(annotation, 'it has no `bbox` of four numbers')
        if min(box[2:]) < 1:
            raise LostError(TINY)
        if clip_box(box, *size) is None:
            raise LostError(OUTSIDE)
        if remark:
            self._remark(remark, annotation)
        return box

    def _numbers(self, annotation: dict) -> list[float] | None:
        box = annotation.get('bbox')
        if box is None or box == []:
            return None
        try:
            x, y, width, height = map(number, box)
        except (TypeError, ValueError):
            raise self._error(
                annotation, f'its `bbox` is {box!r:.60}, not four finite numbers'
            ) from None
        return [x, y, width, height]

    def _area(self, annotation: dict) -> float:
        try:
            return number(annotation.get('area') or 0)
        except UserError as error:
            raise self._error(annotation, f'`area`: {error}') from None

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
                parse_label(task, annotation, image, labels)
            except UserError as error:
                raise self._error(annotation, f'task {task.name!r}: {error}') from None
        return labels

    def _forget_outline(self, annotation: dict, label: int, labels: dict[str, Any]) -> None:
        """Nothing that has a box has no mask: exporters write it so where only a box was drawn."""
        outlines = [task.name for task in self.tasks_of_label[label] if task.outlines]
        for name in outlines:
            labels.pop(name, None)
        if outlines:
            self._remark(NO_OUTLINE, annotation)

    def _remark(self, what: str, annotation: Mapping[str, Any], chosen: bool = False) -> None:
        self.remarks.add(what, f'annotation {annotation.get("id")!r}', chosen)

    def _error(self, annotation: Mapping[str, Any], what: str) -> UserError:
        return UserError(f'{self.path}: annotation {annotation.get("id")!r}: {what}')


def parse_label(
    task: Task, record: Mapping[str, Any], image: Mapping[str, Any], labels: dict[str, Any]
) -> None:
    """Put a task's label of an annotation or image into ``labels``, if there is one.

    Raises:
        UserError: If it is no valid label.
    """
    label = task.find_label(record)
    if label is not None:
        labels[task.name] = task.parse_label(label)
        task.check_size(labels[task.name], image['height'], image['width'])
