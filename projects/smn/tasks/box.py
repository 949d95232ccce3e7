"""One box per image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from projects.smn.errors import UserError
from projects.smn.reading.values import number

from .base import TASKS, Task
from .geometry import Boxes


@TASKS.register_module()
@dataclass(kw_only=True)
class BoxTask(Task):
    """The box of the one thing of its kind in an image, such as the head of a pet.

    Reads ``boxes: {<name>: [x, y, width, height]}`` of the image record. The network always
    answers with a box; an empty list ("there is none") therefore trains nothing.

    Args:
        source: The key in ``boxes``. Default: the name of the task.
    """

    kind: ClassVar[str] = 'box'
    per: ClassVar[str] = 'image'
    default_loss: ClassVar[dict] = dict(type='L1GIoULoss')

    source: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.source = self.source or self.name

    @property
    def label_path(self) -> tuple[str, ...]:
        return 'boxes', self.source

    def parse_label(self, label: Any) -> list[float]:
        """Corners x1, y1, x2, y2 in pixels; NaN for an empty list."""
        if isinstance(label, (list, tuple)) and not label:
            return [math.nan] * 4
        try:
            x, y, width, height = map(number, label)
        except (TypeError, ValueError):
            raise UserError(f'{label!r:.60} is not [x, y, width, height]') from None
        if not (width > 0 and height > 0):
            raise UserError(f'{label!r:.60} is not a box with a positive width and height')
        return [x, y, x + width, y + height]

    def check_size(self, label: list[float], height: int, width: int) -> None:
        x1, y1, x2, y2 = label
        if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
            raise UserError(
                f'the box of corners {label} lies outside its image of {width} x {height} pixels'
            )

    def is_labelled(self, label: list[float]) -> bool:
        return not math.isnan(label[0])

    def load(self, labels: Sequence, size: tuple[int, int], read: Any) -> Boxes:
        return Boxes([[math.nan] * 4 if label is None else label for label in labels], *size)

    def to_json(self, fields: Mapping[str, Any], index: int) -> list[float]:
        x1, y1, x2, y2 = (float(value) for value in fields[self.name][index])
        return [round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)]

    def schema(self) -> dict[str, Any]:
        return BOX_SCHEMA

    def columns(self) -> list[str]:
        return [f'{self.name} {corner} (px)' for corner in ('x1', 'y1', 'x2', 'y2')]

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        corners = (round(float(value), 1) for value in fields[self.name][index])
        return dict(zip(self.columns(), corners, strict=True))


BOX_SCHEMA = dict(
    type='array',
    items=dict(type='number'),
    minItems=4,
    maxItems=4,
    description='x, y, width, height in pixels.',
)
