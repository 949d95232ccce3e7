"""Regression for objects or images, with units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from projects.smn.errors import UserError
from projects.smn.reading.values import number

from .base import TASKS, Task
from .geometry import Values

if TYPE_CHECKING:
    from torch import Tensor

# Keeps exp() finite when an untrained network says nonsense.
MAX_LOG_RATIO = 8.0
# Of a mean: labels that differ by less differ by rounding.
NO_SPREAD = 1e-9


@TASKS.register_module()
@dataclass(kw_only=True)
class RegressionTask(Task):
    """One number, from ``attributes: {<name>: <number>}`` of an annotation or image.

    The network predicts a standardised value, ``(encoded - mean) / std``. What is encoded depends
    on ``encoding``:

    - ``'linear'``: the number itself. ``mean`` and ``std`` are in ``unit``.
    - ``'log_box'``: log(number / diagonal of the object's box in pixels of the original image).
      For lengths seen by a camera at a fixed distance: the network needs to learn only what the
      box does not say. ``mean`` and ``std`` are those of this logarithm.

    Args:
        unit: Written beside the number wherever it is shown.
        mean: Mean of the encoded labels. Without ``mean`` and ``std``, a training finds both in
            its labels and keeps them in its config and its checkpoints.
        std: Standard deviation of the encoded labels.
        encoding: See above.
        source: The key in ``attributes``. Default: the name of the task.
        per: ``'object'``, or ``'image'`` for one number per image, such as a yield.
        survives_cut: Whether the number is still true of an object that a crop has cut, or of an
            image that was cropped; a length, an area and a count are not.
    """

    kind: ClassVar[str] = 'regression'
    meaning: ClassVar[tuple[str, ...]] = ('unit', 'encoding', 'mean', 'std')
    default_loss: ClassVar[dict] = dict(type='SmoothL1Loss', beta=1.0, loss_weight=1.0)

    unit: str = ''
    mean: float | None = None
    std: float | None = None
    encoding: str = 'linear'
    source: str | None = None
    per: str = 'object'
    survives_cut: bool = False

    num_outputs: ClassVar[int] = 1
    label_options: ClassVar[tuple[str, ...]] = ('mean', 'std')

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.encoding not in ('linear', 'log_box'):
            raise UserError(f"task {self.name!r}: encoding must be 'linear' or 'log_box'")
        if self.per == 'image' and self.encoding != 'linear':
            raise UserError(f"task {self.name!r}: encoding='log_box' needs an object with a box")
        for option in self.label_options:
            value = getattr(self, option)
            if value is not None and not (isinstance(value, (int, float)) and math.isfinite(value)):
                raise UserError(f'task {self.name!r}: {option} must be a number, not {value!r}')
        if self.std is not None and not self.std > 0:
            raise UserError(f'task {self.name!r}: std must be positive, not {self.std}')
        if (self.mean is None) != (self.std is None):
            raise UserError(f'task {self.name!r}: give both mean and std, or neither')
        self.source = self.source or self.name

    def encode(self, values: Tensor, boxes: Tensor) -> Tensor:
        """Numbers in ``unit``, (N,), to what the network predicts, (N, 1)."""
        mean, std = self._standard
        return ((self._encoded(values, boxes) - mean) / std)[:, None]

    def _encoded(self, values: Tensor, boxes: Tensor) -> Tensor:
        return (values / _diagonals(boxes)).log() if self.encoding == 'log_box' else values

    @property
    def _standard(self) -> tuple[float, float]:
        return (0.0, 1.0) if self.mean is None else (self.mean, self.std)

    def options_of_labels(self, values: Tensor, boxes: Tensor) -> dict[str, float]:
        """``mean`` and ``std`` of the labels; 0 and 1 where there is none, or no difference."""
        if not len(values):
            return dict(mean=0.0, std=1.0)
        encoded = self._encoded(values.double(), boxes.double())
        mean, std = encoded.mean().item(), encoded.std(correction=0).item()
        if std <= abs(mean) * NO_SPREAD:
            return dict(mean=mean, std=1.0)
        # As many figures as a spread needs: a year has a mean of 2,001.5, not of 2,000.
        return dict(mean=round(mean, 5 - math.floor(math.log10(std))), std=_significant(std))

    def decode(self, outputs: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """The inverse of :meth:`encode`: ``<task>`` (N,)."""
        mean, std = self._standard
        values = outputs[:, 0] * std + mean
        if self.encoding == 'log_box':
            values = values.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO).exp() * _diagonals(boxes)
        return {self.name: values}

    @property
    def label_path(self) -> tuple[str, ...]:
        return 'attributes', self.source

    def parse_label(self, label: Any) -> float:
        """The number; NaN for an empty label, which trains nothing."""
        if label == '':
            return math.nan
        value = number(label)
        if self.encoding == 'log_box' and value <= 0:
            raise UserError(f"{label!r} is not positive, which encoding='log_box' needs")
        return value

    def is_labelled(self, label: float) -> bool:
        return not math.isnan(label)

    def load(self, labels: Sequence, size: tuple[int, int], read: Any) -> Values:
        numbers = [math.nan if label is None else label for label in labels]
        return Values(np.array(numbers, np.float32), self.survives_cut)

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict[str, Any] | None:
        value = float(fields[self.name][index])
        return None if math.isnan(value) else dict(value=_significant(value), unit=self.unit)

    def schema(self) -> dict[str, Any]:
        return dict(
            type='object',
            properties=dict(value=dict(type='number'), unit=dict(const=self.unit)),
            required=['value', 'unit'],
        )

    def columns(self) -> list[str]:
        return [f'{self.name} ({self.unit})' if self.unit else self.name]

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        value = float(fields[self.name][index])
        return {self.columns()[0]: None if math.isnan(value) else _significant(value)}

    def caption(self, fields: Mapping[str, Any], index: int) -> str | None:
        value = float(fields[self.name][index])
        figures = f'{value:.0f}' if abs(value) >= 1e4 else f'{value:.4g}'
        return None if math.isnan(value) else f'{self.name} {figures} {self.unit}'.rstrip()


def _diagonals(boxes: Tensor) -> Tensor:
    """Of boxes (N, 4), in their pixels; one pixel or more."""
    return (boxes[:, 2:] - boxes[:, :2]).norm(dim=1).clamp(min=1)


def _significant(value: float) -> float:
    """Six figures of a number, however large its unit makes it."""
    return float(f'{value:.6g}')
