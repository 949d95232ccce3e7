"""The base of all tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from mmengine.registry import Registry

from projects.smn.errors import UserError, listing

from .geometry import Geometry

if TYPE_CHECKING:  # a converter asks tasks where a label is, and must not wait for torch
    from torch import Tensor

TASKS = Registry('task', scope='mmdet')

SCORE = ' score'
"""The end of the names of columns that say how certain the one before is."""

DETECTION = 'detection'
"""What proposals and boxes are called where tasks are named."""

RESERVED_NAMES = (
    *('bboxes', 'masks', 'labels', 'scores', 'priors', 'areas'),  # fields of instances
    *('bbox', 'complete', DETECTION, 'cls', 'rpn_cls', 'rpn_bbox'),  # keys of records and losses
    *('file_name', 'image', 'object', 'class', 'score'),  # columns of tables
)


@dataclass(kw_only=True)
class Task:
    """One question that the network answers about each object, or about each image.

    A task is declared once, in the config, and answers for its kind: the data set asks it to parse
    labels, the pipeline to load them, the network what to predict and with which loss, the metric
    what is labelled, a result how to write a value. Nobody else needs to know the kind. How it is
    measured and drawn is registered at ``evaluate_task`` and ``draw_task``.

    Args:
        name: The key of the task in the config's ``tasks``; also the name of its field in
            ground truth and predictions and the prefix of its losses and metrics.
        dataset_classes: All classes of the data set, in the order of their labels.
        of: The classes whose objects have this task. ``None`` means all. Not for a task of the
            whole image.
        loss: Config of the loss module, merged over the kind's default.

    Raises:
        UserError: If the name is taken, or ``of`` names a class that does not exist.
    """

    kind: ClassVar[str]
    default_loss: ClassVar[dict]
    # 'object': labels are in annotations; 'image': in image records. Kinds that can be either have
    # it as an option.
    per: ClassVar[str] = 'object'
    # Numbers that an attribute head predicts for it; None if it needs another head.
    num_outputs: ClassVar[int | None] = None
    # Whether a label is still true when a crop has cut its object.
    survives_cut: ClassVar[bool] = True
    # Whether its labels are masks of whole objects, from which a box follows.
    outlines: ClassVar[bool] = False
    # Options that give the outputs their meaning, in which a config and a checkpoint must agree.
    # None: all that the kind adds, but for `source` and `survives_cut`.
    meaning: ClassVar[tuple[str, ...] | None] = None
    # The one of them that names the outputs, one each.
    named_by: ClassVar[str | None] = None
    # Options that a training finds in its labels where the config does not give them.
    label_options: ClassVar[tuple[str, ...]] = ()
    # Where labels are names of files: the key in a data set's data_prefix that names their folder.
    file_prefix: ClassVar[str | None] = None

    name: str
    dataset_classes: tuple[str, ...]
    of: tuple[str, ...] | None = None
    loss: dict | None = None

    def __post_init__(self) -> None:
        if self.name in RESERVED_NAMES or not self.name.isidentifier() or 'loss' in self.name:
            raise UserError(
                f'task {self.name!r}: a task needs another name: a Python identifier without '
                f'"loss" in it, and none of {listing(RESERVED_NAMES, len(RESERVED_NAMES))}'
            )
        if self.per not in ('object', 'image'):
            raise UserError(f"task {self.name!r}: per must be 'object' or 'image'")
        if self.per == 'image' and self.of is not None:
            raise UserError(f'task {self.name!r} is about the whole image, so it has no `of`')
        self.dataset_classes = tuple(self.dataset_classes)
        of = self.dataset_classes if self.of is None else self.of
        self.of = (of,) if isinstance(of, str) else tuple(of)
        for name in self.of:
            if name not in self.dataset_classes:
                raise UserError(
                    f'task {self.name!r}: of={name!r} is not a class; '
                    f'the classes are {listing(self.dataset_classes)}'
                )
        override = dict(self.loss or {})
        same_type = override.get('type', self.default_loss['type']) == self.default_loss['type']
        self.loss = {**self.default_loss, **override} if same_type else override

    def channel_of_label(self) -> np.ndarray:
        """Position in ``of`` of each class label, shape (num_classes,); -1 where not in ``of``."""
        return self._channels.copy()

    @cached_property  # there may be a thousand classes, and each image asks
    def _channels(self) -> np.ndarray:
        position = {name: i for i, name in enumerate(self.of)}
        return np.array([position.get(name, -1) for name in self.dataset_classes], np.int64)

    def applies(self, labels: np.ndarray | Tensor) -> np.ndarray:
        """Which objects have this task, by their class labels: shape (N,), bool."""
        return self._channels[np.asarray(labels, dtype=np.int64)] >= 0

    # Labels in ------------------------------------------------------------------------------

    @property
    def label_path(self) -> tuple[str, ...]:
        """The keys that lead to the label in a record, such as ``('masks', 'spine')``."""
        raise NotImplementedError

    def find_label(self, record: Mapping[str, Any]) -> Any:
        """This task's entry in a COCO record, or ``None`` if it is absent (not labelled).

        Args:
            record: An annotation, or an image for a task of the whole image.
        """
        *outer, key = self.label_path
        return (entries(record, outer[0]) if outer else record).get(key)

    def take_names(self, content: Mapping[str, Any]) -> Iterable[str]:
        """Learn from a COCO file the names of what its labels hold by position.

        Args:
            content: Of the file; ``categories`` and ``info`` may name things.

        Returns:
            What must be taken for granted, as the file names nothing: the end of ``'1 ...'``.

        Raises:
            UserError: If what it names is not what the task asks for.
        """
        return ()

    def without_label(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of a COCO record that is not labelled for this task.

        The key is absent, and so is the mapping around it if nothing else is in it.
        """
        *outer, key = self.label_path
        if not outer:
            return _without(record, key)
        rest = _without(entries(record, outer[0]), key)
        return {**record, outer[0]: rest} if rest else _without(record, outer[0])

    def parse_label(self, label: Any) -> Any:
        """Check a label that is present and bring it to the form that the pipeline loads.

        Raises:
            UserError: If it is no valid label; the caller adds the file and the id.
        """
        raise NotImplementedError

    def mended(
        self, label: Any, record: Mapping[str, Any], height: int, width: int
    ) -> tuple[Any, tuple[str, ...]]:
        """A parsed label without what cannot be true.

        Args:
            label: Of :meth:`parse_label`, of a size that :meth:`check_size` accepts.
            record: The annotation or image that it is from.
            height: Of the image, in pixels.
            width: Of the image.

        Returns:
            What is left of it, ``None`` if nothing is; and what was wrong, for the label table.
        """
        return label, ()

    def is_labelled(self, label: Any) -> bool:
        """Whether a parsed label says something; an empty one can mean "not labelled"."""
        return True

    def check_size(self, label: Any, height: int, width: int) -> None:
        """Check that a parsed label is of an image of that size.

        Raises:
            UserError: If it is not.
        """

    # Through the pipeline -------------------------------------------------------------------

    def load(
        self, labels: Sequence[Any], size: tuple[int, int], read: Callable[[str], bytes]
    ) -> Geometry:
        """What transforms move and drop together with the objects.

        Args:
            labels: Parsed, one per object, ``None`` where there is none; of a task of the whole
                image, one.
            size: (height, width) of the image in pixels.
            read: Gives the content of a file, where a label is the name of one.

        Raises:
            UserError: If a file cannot be read or does not fit.
        """
        raise NotImplementedError

    @property
    def part(self) -> str:
        """Where the fields are in a data sample, after ``gt_`` or ``pred_``."""
        return 'instances' if self.per == 'object' else 'image'

    def pack(self, geometry: Geometry) -> dict[str, Any]:
        """The fields of the ground truth, by name: arrays with N as first dimension."""
        return {self.name: geometry.values}

    def labelled(self, fields: Mapping[str, Any]) -> np.ndarray | Tensor:
        """Which objects have a label, (N,) bool; of tensors or arrays as :meth:`pack` names them.

        As it is here: whole numbers are -1 where there is no label, others NaN.
        """
        values = fields[self.name]
        known = values != -1 if 'int' in str(values.dtype) else values == values
        return known.reshape(len(values), -1).all(-1) if len(values) else known.reshape(0)

    # In the head ----------------------------------------------------------------------------

    def encode(self, values: Tensor, boxes: Tensor) -> Tensor:
        """Labels to the targets of the loss. For tasks with ``num_outputs``.

        Args:
            values: The field ``<name>`` of the N objects that are labelled.
            boxes: (N, 4): x1, y1, x2, y2 in pixels of the original image; of a task of the whole
                image, the image's own.
        """
        raise NotImplementedError

    def decode(self, outputs: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """The fields of the answers from outputs (N, ``num_outputs``); see :meth:`encode`."""
        raise NotImplementedError

    def options_of_labels(self, values: Tensor, boxes: Tensor) -> dict[str, Any]:
        """The ``label_options``, from all labels of a training set; see :meth:`encode`."""
        raise NotImplementedError

    # Predictions out ------------------------------------------------------------------------

    @property
    def answer_path(self) -> tuple[str, ...]:
        """The keys that lead to the answer in a result; where the label would be, if no other."""
        return self.label_path

    def to_json(self, fields: Mapping[str, Any], index: int) -> Any:
        """The prediction for one object as JSON-able value, with its score or its unit.

        Args:
            fields: The object fields of one image, arrays or lists of N; of a task of the whole
                image, its image fields, of 1.
            index: Which object; 0 for the image.

        Returns:
            ``None`` if there is no answer.
        """
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """JSON Schema of what :meth:`to_json` returns."""
        return {}

    def values(self, fields: Mapping[str, Any]) -> Any:
        """The answers for all N objects, as a user wants to compute with them."""
        return fields[self.name]

    def columns(self) -> list[str]:
        """The names of the table columns of this task, units included."""
        raise NotImplementedError

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        """The prediction for one object as columns of a table: name with unit to value."""
        raise NotImplementedError

    def caption(self, fields: Mapping[str, Any], index: int) -> str | None:
        """The line of text beside an object in a picture; ``None`` where there is none to write."""
        return None


def entries(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A mapping inside a record, such as ``attributes``; an empty one if it is absent.

    Raises:
        UserError: If it is no mapping.
    """
    value = record.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise UserError(f'`{key}` must map names to labels, not {value!r:.40}')
    return value or {}


def _without(mapping: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}


def tasks_per(level: str, tasks: Mapping[str, Task]) -> dict[str, Task]:
    """The tasks that ask about each ``'object'``, or about the whole ``'image'``."""
    return {name: task for name, task in tasks.items() if task.per == level}


def plain(value: Any) -> Any:
    """Config containers as dicts, lists and tuples, which a checkpoint can hold safely."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return value
