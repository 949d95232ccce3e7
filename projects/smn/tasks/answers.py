"""What is said about one image, by labels or by a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from projects.smn.errors import listing

from .base import Task, tasks_per
from .mask import encode_mask

if TYPE_CHECKING:
    from typing_extensions import Self

Fields = dict[str, Any]
"""Arrays, or lists of RLE where they are masks, by name; objects are the first dimension."""

BOX_COLUMNS = ('x1 (px)', 'y1 (px)', 'x2 (px)', 'y2 (px)')
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(eq=False, repr=False)
class Answers:
    """The answers for one image: parallel arrays of its N objects, and what is said of all of it.

    ``answers[i]``, ``answers[2:5]``, ``answers[mask]`` and ``answers[indices]`` are the answers
    about some of the objects, of the same class; what is said about the image stays.
    ``answers['length']`` are the values of a task.

    Args:
        classes: Of the objects.
        tasks: What was asked, by name.
        size: (height, width) of the image in pixels; (0, 0) if nobody has said it.
        objects: ``bboxes`` (N, 4): x1, y1, x2, y2 in pixels; ``labels`` (N,); ``scores`` (N,) of
            predictions; then one field or more per task, masks as lists of N RLE. ``None`` if the
            network finds no objects.
        image: A field or more for each task of the whole image, with 1 as first dimension.
    """

    classes: tuple[str, ...]
    tasks: Mapping[str, Task]
    size: tuple[int, int]
    objects: Fields | None
    image: Fields

    @classmethod
    def of(
        cls, sample: Any, side: str, classes: Sequence[str], tasks: Mapping[str, Task], **more: Any
    ) -> Self:
        """From a data sample, or what ``to_dict`` makes of one.

        Args:
            sample: In pixels of the image.
            side: ``'gt'`` or ``'pred'``.
            classes: Of the objects.
            tasks: By name.
            more: Further arguments of the class.
        """
        found = sample.get(f'{side}_instances')
        parts = (sample.get(f'{side}_image'), sample.get(f'{side}_sem_seg'))
        return cls(
            classes=tuple(classes),
            tasks=tasks,
            size=tuple(sample.get('ori_shape') or (0, 0))[:2],
            objects=None if found is None else to_fields(found),
            image={k: v for part in parts if part is not None for k, v in to_fields(part).items()},
            **more,
        )

    def __len__(self) -> int:
        return 0 if self.objects is None else len(self.objects['labels'])

    def __iter__(self) -> Iterator[Self]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        """Some of the objects, or by the name of a task its values.

        Raises:
            IndexError: If there are fewer objects.
            KeyError: If nothing is said about such a task.
        """
        if isinstance(index, str):
            return self._values(index)
        if self.objects is None:
            raise IndexError('the network finds no objects')
        if not isinstance(index, (int, slice)):
            index = np.asarray(index)
            index = index if index.size else index.astype(int)  # of an empty list, numbers
        kept = np.arange(len(self))[index].reshape(-1)
        return replace(self, objects={k: _take(v, kept) for k, v in self.objects.items()})

    def _values(self, name: str) -> Any:
        fields = self.fields_of(self.tasks[name]) if name in self.tasks else NOTHING
        if name not in fields:
            raise KeyError(f'nothing is said about {name!r}, only about {listing(self.answered)}')
        return self.tasks[name].values(fields)

    def fields_of(self, task: Task) -> Mapping[str, Any]:
        """The fields in which those of a task are, if it was answered."""
        return self.image if task.per == 'image' else self.objects or NOTHING

    @property
    def answered(self) -> dict[str, Task]:
        """The tasks that are answered, by name."""
        return {name: t for name, t in self.tasks.items() if name in self.fields_of(t)}

    @property
    def boxes(self) -> np.ndarray:
        """(N, 4): x1, y1, x2, y2 in pixels."""
        return np.zeros((0, 4), np.float32) if self.objects is None else self.objects['bboxes']

    @property
    def labels(self) -> np.ndarray:
        """(N,): positions in ``classes``."""
        return np.zeros(0, int) if self.objects is None else self.objects['labels']

    @property
    def scores(self) -> np.ndarray:
        """(N,), from 0 to 1; of predictions alone."""
        return np.zeros(0, np.float32) if self.objects is None else self.objects['scores']

    @property
    def names(self) -> np.ndarray:
        """(N,): the class of each object."""
        return np.array(self.classes, str)[self.labels]

    def records(self, image: Mapping[str, Any] = NOTHING) -> Iterator[dict[str, Any]]:
        """COCO result records of predictions, one per object.

        Each has what ``image`` holds (``image_id``, ``file_name``, ...), ``category_id`` (the class
        label plus 1), ``category``, ``bbox`` (x, y, width, height), ``score``, then the tasks, each
        where its label would be: masks as RLE, under ``segmentation`` or in ``masks``; keypoints as
        ``[x, y, score, ...]``; classifications and regressions in ``attributes``.
        """
        for index, label in enumerate(self.labels.tolist()):
            x1, y1, x2, y2 = self.boxes[index].tolist()
            record = dict(
                image,
                category_id=label + 1,
                category=self.classes[label],
                bbox=[round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)],
                score=round(float(self.scores[index]), 4),
            )
            yield self._with_tasks(record, 'object', index)

    def image_record(self, image: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
        """What is said about the whole image, as one record.

        It has what ``image`` holds, then the tasks: classifications and regressions in
        ``attributes``, boxes as x, y, width, height in ``boxes``, semantic maps as class to RLE in
        ``maps``.
        """
        return self._with_tasks(dict(image), 'image', 0)

    def _with_tasks(self, record: dict[str, Any], level: str, index: int) -> dict[str, Any]:
        for task in tasks_per(level, self.answered).values():
            value = task.to_json(self.fields_of(task), index)
            if value is not None:
                _place(record, task.answer_path, value)
        return record

    def rows(self, image: Mapping[str, Any] = NOTHING) -> Iterator[dict[str, Any]]:
        """Table rows of predictions, one per object, with the columns of :func:`row_columns`."""
        for index, name in enumerate(self.names.tolist()):
            score = round(float(self.scores[index]), 4)
            row = dict(image, object=index, **{'class': name}, score=score)
            corners = (round(value, 1) for value in self.boxes[index].tolist())
            row.update(zip(BOX_COLUMNS, corners, strict=True))
            for task in tasks_per('object', self.answered).values():
                row.update(task.to_columns(self.objects, index))
            yield row

    def image_row(self, image: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
        """What is said about the whole image, as a table row; see :meth:`image_record`."""
        row = dict(image)
        for task in tasks_per('image', self.answered).values():
            row.update(task.to_columns(self.image, 0))
        return row


def to_fields(instances: Mapping[str, Any]) -> Fields:
    """The tensors, boxes and masks of a data element, or of its dict, as :data:`Fields`."""
    # In its dict, meta information lies beside them, of which `complete` may be a list of classes.
    sized = (
        (name, value)
        for name, value in instances.items()
        if hasattr(value, '__len__') and name != 'complete'
    )
    return {name: _to_field(value) for name, value in sized}


def row_columns(tasks: Mapping[str, Task]) -> list[str]:
    """The header of the table of objects: units in brackets."""
    columns = ['file_name', 'object', 'class', 'score', *BOX_COLUMNS]
    asked = tasks_per('object', tasks).values()
    return columns + [column for task in asked for column in task.columns()]


def image_row_columns(tasks: Mapping[str, Task]) -> list[str]:
    """The header of the table of images: units in brackets."""
    asked = tasks_per('image', tasks).values()
    return ['file_name', *(column for task in asked for column in task.columns())]


def _to_field(value: Any) -> Any:
    """By what it has, not by its class: the classes would load torch."""
    value = getattr(value, 'tensor', value)  # of mmdet's boxes
    if hasattr(value, 'detach'):
        return value.detach().cpu().numpy()
    if hasattr(value, 'masks'):  # BitmapMasks
        return [encode_mask(mask) for mask in value.masks]
    return value


def _take(values: Any, kept: np.ndarray) -> Any:
    return [values[index] for index in kept] if isinstance(values, list) else values[kept]


def _place(record: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put a value where the annotation format has it."""
    *outer, key = path
    for name in outer:
        record = record.setdefault(name, {})
    record[key] = value
