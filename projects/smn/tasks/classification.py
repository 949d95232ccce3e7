"""Classification of objects or images, nominal or ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from projects.smn.errors import UserError, listing
from projects.smn.reading.values import Names

from .base import SCORE, TASKS, Task
from .geometry import Values

if TYPE_CHECKING:
    from torch import Tensor


@TASKS.register_module()
@dataclass(kw_only=True)
class ClassificationTask(Task):
    """One of several classes, from ``attributes: {<name>: <class>}`` of an annotation or image.

    Args:
        classes: The classes. For an ordinal task, in their order.
        ordinal: The classes are grades: ``within_1`` and quadratic weighted kappa are measured
            too, and ``loss=dict(type='OrdinalCrossEntropyLoss')`` makes a near miss cheaper than a
            far one.
        source: The key in ``attributes``. Default: the name of the task.
        per: ``'object'``, or ``'image'`` for one class per image.
        survives_cut: Whether an object that a crop has cut is still of its class.
    """

    kind: ClassVar[str] = 'classification'
    meaning: ClassVar[tuple[str, ...]] = ('classes',)
    named_by: ClassVar[str] = 'classes'
    default_loss: ClassVar[dict] = dict(type='CrossEntropyLoss', loss_weight=1.0)

    classes: tuple[str, ...]
    ordinal: bool = False
    source: str | None = None
    per: str = 'object'
    survives_cut: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.classes, str):
            raise UserError(f'task {self.name!r}: classes must be a tuple of names')
        # A config may say classes=(1, 2, 3); labels are compared as text.
        self.classes = tuple(map(str, self.classes))
        if len(self.classes) < 2 or len(set(self.classes)) < len(self.classes):
            raise UserError(f'task {self.name!r}: classes must be two or more different names')
        self.source = self.source or self.name

    @property
    def num_outputs(self) -> int:
        """Logits per object or image."""
        return len(self.classes)

    @property
    def label_path(self) -> tuple[str, ...]:
        return 'attributes', self.source

    def parse_label(self, label: Any) -> int:
        """The index of the class; -1 for an empty label, which trains nothing."""
        if label == '':
            return -1
        place = self._names.place_of(label)
        if place is None:
            raise UserError(f'{label!r} is not one of {listing(self.classes)}')
        return place

    @cached_property  # there may be a million labels
    def _names(self) -> Names:
        return Names(self.classes)

    def is_labelled(self, label: int) -> bool:
        return label >= 0

    def load(self, labels: Sequence, size: tuple[int, int], read: Any) -> Values:
        indices = [-1 if label is None else label for label in labels]
        return Values(np.array(indices, np.int64), self.survives_cut)

    def encode(self, values: Tensor, boxes: Tensor) -> Tensor:
        """Class indices (N,), as they are."""
        return values

    def decode(self, outputs: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """Class indices (N,), and under ``<task>_scores`` the probabilities (N, classes)."""
        scores = outputs.softmax(-1)
        return {self.name: scores.argmax(-1), f'{self.name}_scores': scores}

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict[str, Any] | None:
        label = int(fields[self.name][index])
        if label < 0:
            return None
        score = float(fields[f'{self.name}_scores'][index][label])
        return dict(value=self.classes[label], score=round(score, 4))

    def schema(self) -> dict[str, Any]:
        return dict(
            type='object',
            properties=dict(
                value=dict(enum=list(self.classes)),
                score=dict(type='number', description='Probability of this class.'),
            ),
            required=['value', 'score'],
        )

    def values(self, fields: Mapping[str, Any]) -> np.ndarray:
        """The names of the classes, (N,); ``None`` where the task does not apply."""
        labels = np.asarray(fields[self.name]).tolist()
        return np.array([self.classes[v] if v >= 0 else None for v in labels], object)

    def columns(self) -> list[str]:
        return [self.name, f'{self.name}{SCORE}']

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        said = self.to_json(fields, index) or dict(value=None, score=None)
        return dict(zip(self.columns(), said.values(), strict=True))

    def caption(self, fields: Mapping[str, Any], index: int) -> str | None:
        label = int(fields[self.name][index])
        return f'{self.name} {self.classes[label]}' if label >= 0 else None
