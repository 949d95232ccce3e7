"""From an annotation to an object: what of it can be used, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading.box_forms import Witnesses
from projects.smn.reading.outlines import clip_box, has_outline, measure
from projects.smn.reading.values import flag
from projects.smn.tasks import Task

from .categories import Categories
from .known_objects import KnownObjects
from .places import LOST, LostError, PlaceReader
from .remarks import Remarks

OTHER_CLASS = 'objects of other classes, left out'
ALIKE = f'objects whose category is almost called as a class, {LOST}'
CROWD = 'crowds and ignored regions, which count for nothing'
NO_OUTLINE = 'objects with an empty `segmentation`, of which only the box is labelled'
NO_AREA = 'objects whose `segmentation` has no area in the image, of which the box alone counts'
TWICE = 'objects that are there twice, of which one is left out'
TWINS = 'objects of one class and one box that differ in their labels, all kept'


class InstanceParser:
    """Reads the annotations of one file.

    Args:
        path: Of the file, for messages.
        categories: Of the file.
        tasks_of_label: The tasks of each class, by its label.
        remarks: Gets what is left out or mended.
        witnesses: What the boxes of the file show of how they are written.
    """

    def __init__(
        self,
        path: str,
        categories: Categories,
        tasks_of_label: list[list[Task]],
        remarks: Remarks,
        witnesses: Witnesses,
    ) -> None:
        self.path, self.categories = path, categories
        self.tasks_of_label, self.remarks = tasks_of_label, remarks
        paths = {task.label_path for tasks in tasks_of_label for task in tasks}
        turned = ('attributes', 'rotation') not in paths
        self.places = PlaceReader(path, remarks, witnesses, turned)

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
        found, lost, known = [], set(), KnownObjects()
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
            match known.meet(annotation, instance):
                case 'same':
                    self._remark(TWICE, annotation)
                    continue
                case 'other':
                    self._remark(TWINS, annotation)
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
        box, area = self.places.read(annotation, image, drawn)
        labels = self._labels(annotation, image, label)
        if drawn is None and 'segmentation' in annotation:
            # An RLE of no pixel is empty, too.
            nothing = not outline or (isinstance(outline, list) and not has_outline(outline))
            empty = nothing or isinstance(outline, dict)
            self._forget_outline(NO_OUTLINE if empty else NO_AREA, annotation, label, labels)
        return dict(
            bbox=[*box[:2], box[0] + box[2], box[1] + box[3]],
            bbox_label=label,
            area=area,
            task_labels=labels,
        )

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
        if outlines or reason == NO_AREA:  # that no box could be compared with
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
