"""Regression for objects or images, with units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from projects.smn.errors import UserError

from .base import TASKS, Task

# Keeps exp() finite when an untrained network says nonsense.
MAX_LOG_RATIO = 8.0


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
        mean: Mean of the encoded labels.
        std: Standard deviation of the encoded labels.
        encoding: See above.
        source: The key in ``attributes``. Default: the name of the task.
        per: ``'object'``, or ``'image'`` for one number per image, such as a yield.
    """

    kind: ClassVar[str] = 'regression'
    default_loss: ClassVar[dict] = dict(type='SmoothL1Loss', beta=1.0, loss_weight=1.0)

    unit: str = ''
    mean: float = 0.0
    std: float = 1.0
    encoding: str = 'linear'
    source: str | None = None
    per: str = 'object'

    num_outputs: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.encoding not in ('linear', 'log_box'):
            raise UserError(f"task {self.name!r}: encoding must be 'linear' or 'log_box'")
        if self.per == 'image' and self.encoding != 'linear':
            raise UserError(f"task {self.name!r}: encoding='log_box' needs an object with a box")
        if not self.std > 0:
            raise UserError(f'task {self.name!r}: std must be positive, not {self.std}')
        self.source = self.source or self.name

    def encode(self, values: Tensor, diagonals: Tensor) -> Tensor:
        """Numbers in ``unit`` to what the network predicts. All of shape (N,).

        Args:
            values: In ``unit``; NaN (not labelled) stays NaN.
            diagonals: Of the boxes, in pixels of the original image.
        """
        if self.encoding == 'log_box':
            values = torch.log(values / diagonals)
        return (values - self.mean) / self.std

    def decode(self, outputs: Tensor, diagonals: Tensor) -> Tensor:
        """The inverse of :meth:`encode`."""
        values = outputs * self.std + self.mean
        if self.encoding == 'log_box':
            values = values.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO).exp() * diagonals
        return values

    @property
    def label_path(self) -> tuple[str, ...]:
        return 'attributes', self.source

    def parse_label(self, label: Any) -> float:
        """The number; NaN for an empty label, which trains nothing."""
        if label == '':
            return math.nan
        try:
            value = float(label)
        except (TypeError, ValueError):
            raise UserError(f'{label!r:.40} is not a number') from None
        if not math.isfinite(value):
            raise UserError(f'{label!r} is not a finite number')
        if self.encoding == 'log_box' and value <= 0:
            raise UserError(f"{label!r} is not positive, which encoding='log_box' needs")
        return value

    def is_labelled(self, label: float) -> bool:
        return not math.isnan(label)

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict[str, Any] | None:
        value = float(fields[self.name][index])
        return None if math.isnan(value) else dict(value=_significant(value), unit=self.unit)

    def columns(self) -> list[str]:
        return [f'{self.name} ({self.unit})' if self.unit else self.name]

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        value = float(fields[self.name][index])
        return {self.columns()[0]: None if math.isnan(value) else _significant(value)}


def _significant(value: float) -> float:
    """Six figures of a number, however large its unit makes it."""
    return float(f'{value:.6g}')
