"""A class for every pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from projects.smn.errors import UserError, listing

from .base import TASKS, Task
from .mask import encode_mask

IGNORED = 255
"""The value of pixels that are not labelled."""


@TASKS.register_module()
@dataclass(kw_only=True)
class SemanticTask(Task):
    """A semantic map, from the image record's ``seg_map``: the name of a PNG with one channel.

    The value of a pixel is the position of its class in ``classes``; 255 means not labelled. The
    folder of the files is the data set's ``data_prefix['seg']``.

    Args:
        classes: The classes, in the order of the pixel values.
        background: The class that ``mIoU_objects`` leaves out; ``None`` if there is none. Default:
            ``'background'`` if that is a class.
        source: The key in the image record. Default: ``'seg_map'``.
    """

    kind: ClassVar[str] = 'semantic'
    per: ClassVar[str] = 'image'
    default_loss: ClassVar[dict] = dict(type='DiceCrossEntropyLoss')

    classes: tuple[str, ...]
    background: str | None = 'background'
    source: str = 'seg_map'

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.classes, str):
            raise UserError(f'task {self.name!r}: classes must be a tuple of names')
        self.classes = tuple(self.classes)
        if not 2 <= len(self.classes) <= IGNORED or len(set(self.classes)) < len(self.classes):
            raise UserError(f'task {self.name!r}: classes must be 2 to {IGNORED} different names')
        self._check_loss()
        if self.background not in (None, 'background', *self.classes):
            raise UserError(
                f'task {self.name!r}: background={self.background!r} is not a class; the classes '
                f'are {listing(self.classes)}'
            )

    def _check_loss(self) -> None:
        if self.loss['type'] == 'CrossEntropyLoss':
            # mmdet's own would take 255 for a class.
            self.loss = {'ignore_index': IGNORED, 'avg_non_ignore': True, **self.loss}
        weights = self.loss.get('class_weight')
        if weights is not None and len(weights) != len(self.classes):
            raise UserError(
                f'task {self.name!r}: its loss has {len(weights)} class weights for '
                f'{len(self.classes)} classes'
            )

    @property
    def label_path(self) -> tuple[str, ...]:
        return (self.source,)

    def parse_label(self, label: Any) -> str:
        """The name of the file."""
        if not isinstance(label, str) or not label:
            raise UserError(f'{label!r:.60} is not the name of a file')
        return label

    def check_map(self, values: np.ndarray) -> None:
        """Check a map that was read.

        Args:
            values: (H, W), uint8.

        Raises:
            UserError: If it holds a value that is no class.
        """
        wrong = np.setdiff1d(np.unique(values), [*range(len(self.classes)), IGNORED])
        if len(wrong):
            raise UserError(
                f'task {self.name!r}: it has pixels of value {listing(map(int, wrong))}, but '
                f'{len(self.classes)} classes have the values 0 to {len(self.classes) - 1}'
            )

    def to_json(self, fields: Mapping[str, Any], index: int) -> dict[str, dict]:
        """Class to its mask as RLE; classes that are not in the image are left out."""
        values = np.asarray(fields[self.name][index])
        return {self.classes[v]: encode_mask(values == v) for v in np.unique(values).tolist()}

    def columns(self) -> list[str]:
        return [f'{self.name} {name} (%)' for name in self.classes]

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        """The share of the image that each class covers."""
        values = np.asarray(fields[self.name][index])
        counts = np.bincount(values.ravel(), minlength=len(self.classes))
        shares = (round(100 * count / max(values.size, 1), 2) for count in counts.tolist())
        return dict(zip(self.columns(), shares, strict=True))
