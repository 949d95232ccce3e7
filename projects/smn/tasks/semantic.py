"""A class for every pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from projects.smn.errors import UserError, listing
from projects.smn.reading.maps import read_map
from projects.smn.reading.values import same_text

from .base import TASKS, Task
from .geometry import Geometry, cropped, of_pixels
from .mask import RLE_SCHEMA, encode_mask

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = 255
"""The value of pixels that are not labelled."""


@TASKS.register_module()
@dataclass(kw_only=True)
class SemanticTask(Task):
    """A semantic map, from the image record's ``seg_map``: the name of a PNG with one channel.

    What the value of a pixel means, the file says by names, see :meth:`take_names`; else it is the
    position of a class in ``classes``. 255 means not labelled. The
    folder of the files is the data set's ``data_prefix['seg']``.

    Args:
        classes: The classes, in the order of the pixel values.
        background: The class that ``mIoU_objects`` leaves out; ``None`` if there is none. Default:
            ``'background'`` if that is a class.
        source: The key in the image record. Default: ``'seg_map'``.
    """

    kind: ClassVar[str] = 'semantic'
    meaning: ClassVar[tuple[str, ...]] = ('classes',)
    named_by: ClassVar[str] = 'classes'
    per: ClassVar[str] = 'image'
    default_loss: ClassVar[dict] = dict(type='DiceCrossEntropyLoss')
    part: ClassVar[str] = 'sem_seg'
    file_prefix: ClassVar[str] = 'seg'

    classes: tuple[str, ...]
    background: str | None = 'background'
    source: str = 'seg_map'
    # What the values of a file become that names them in another order, (256,).
    _values: np.ndarray | None = field(default=None, init=False, repr=False, compare=False)

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

    def take_names(self, content: Mapping[str, Any]) -> Iterable[str]:
        """Learn what the values of pixels mean from the file's ``info``.

        ``{"<source>_classes": [...]}`` or ``{"semantic_classes": [...]}``: the names of the values
        from 0 on, as our converters write them; the latter is about ``seg_map`` alone.
        """
        self._values = None
        info = content.get('info')
        info = info if isinstance(info, Mapping) else {}
        names = info.get(f'{self.source}_classes')
        if not names and self.source == 'seg_map':
            names = info.get('semantic_classes')
        if not names:
            asked = any(self.find_label(image) for image in content['images'])
            order = f'file without names of the values of maps for {self.name!r}: '
            return [f'{order}0, 1, ... are taken for {listing(self.classes)}'] * asked
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError('the names of its values in `info` are no list of names')
        if len(names) > IGNORED:
            raise UserError(
                f'`info` names {len(names)} values of maps; {IGNORED} and more are no classes'
            )
        names, asked = [same_text(name) for name in names], list(map(same_text, self.classes))
        if unknown := [name for name in names if name not in asked]:
            raise UserError(
                f'the values of its maps are {listing(names)}, and the task has no class '
                f'{listing(unknown)}'
            )
        if names != asked:
            self._values = np.full(IGNORED + 1, len(self.classes), np.uint8)
            self._values[: len(names)] = [asked.index(name) for name in names]
            self._values[IGNORED] = IGNORED
        return []

    def parse_label(self, label: Any) -> str:
        """The name of the file."""
        if not isinstance(label, str) or not label:
            raise UserError(f'{label!r:.60} is not the name of a file')
        return label

    def load(
        self, labels: Sequence, size: tuple[int, int], read: Callable[[str], bytes]
    ) -> SemanticMap:
        """The map of the one image; all 255 where it has none."""
        (path,) = labels
        if path is None:
            return SemanticMap(np.full((1, *size), IGNORED, np.uint8))
        try:
            values, _ = read_map(read(path))
        except FileNotFoundError:
            raise UserError(f'there is no semantic map {path}') from None
        except (OSError, ValueError) as error:
            raise UserError(f'the semantic map {path} cannot be read: {error}') from None
        self._check_map(values, path, size)
        return SemanticMap((values if self._values is None else self._values[values])[None])

    @staticmethod
    def seems_a_mask(path: str) -> bool:
        """Whether a file has the values 0 and 255 alone, as programs write black and white."""
        with open(path, 'rb') as file:
            try:
                values, _ = read_map(file.read())
            except ValueError:
                return False  # it is refused when it is loaded
        return np.unique(values).tolist() == [0, IGNORED]

    def _check_map(self, values: np.ndarray, path: str, size: tuple[int, int]) -> None:
        if values.ndim != 2 or values.dtype != np.uint8:
            raise UserError(f'the semantic map {path} must have one channel of 8 bits')
        if values.shape != size:
            raise UserError(
                f'the semantic map {path} has {values.shape[1]} x {values.shape[0]} pixels, its '
                f'image {size[1]} x {size[0]}'
            )
        known = len(self.classes)
        if self._values is not None:
            known = int((self._values[:IGNORED] < len(self.classes)).sum())
        wrong = np.setdiff1d(np.unique(values), [*range(known), IGNORED])
        if len(wrong):
            raise UserError(
                f'{path}: task {self.name!r}: it has pixels of value {listing(map(int, wrong))}, '
                f'but {known} classes have the values 0 to {known - 1}'
            )

    def labelled(self, fields: Mapping[str, Any]) -> np.ndarray | Tensor:
        """Whether any pixel is labelled, (1,)."""
        values = fields[self.name]
        return (values.reshape(len(values), -1) != IGNORED).any(-1)

    @property
    def answer_path(self) -> tuple[str, ...]:
        return 'maps', self.name

    def schema(self) -> dict[str, Any]:
        return dict(
            type='object',
            properties=dict.fromkeys(self.classes, RLE_SCHEMA),
            additionalProperties=False,
            description='Class to its mask; classes that are not in the image are left out.',
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


class SemanticMap(Geometry):
    """A class for every pixel.

    Args:
        values: (1, H, W), uint8; 255 where a pixel is not labelled.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __getitem__(self, index: np.ndarray) -> SemanticMap:
        return SemanticMap(self.values[index])

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> SemanticMap:
        # cv2's INTER_NEAREST takes the pixel to the upper left, half a pixel off the image.
        resized = cv2.resize(
            self.values[0], tuple(out_shape[1::-1]), interpolation=cv2.INTER_NEAREST_EXACT
        )
        return SemanticMap(resized[None])

    def flip(self, flip_direction: str = 'horizontal') -> SemanticMap:
        axes = dict(horizontal=2, vertical=1, diagonal=(1, 2))[flip_direction]
        return SemanticMap(np.ascontiguousarray(np.flip(self.values, axes)))

    def transpose(self) -> SemanticMap:
        return SemanticMap(np.ascontiguousarray(self.values.transpose(0, 2, 1)))

    def crop(self, bbox: np.ndarray) -> SemanticMap:
        x1, y1, height, width = cropped(bbox, *self.values.shape[1:])
        x1, y1 = int(x1), int(y1)
        return SemanticMap(self.values[:, y1 : y1 + height, x1 : x1 + width])

    def pad(self, out_shape: tuple[int, int], pad_val: int = IGNORED) -> SemanticMap:
        """Pad to the right and below. What is padded is never labelled, whatever ``pad_val``."""
        _, height, width = self.values.shape
        more = ((0, 0), (0, out_shape[0] - height), (0, out_shape[1] - width))
        return SemanticMap(np.pad(self.values, more, constant_values=IGNORED))

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> SemanticMap:
        """Move with an image; what comes from outside of it is not labelled."""
        moved = cv2.warpAffine(
            self.values[0],
            of_pixels(matrix),
            out_shape[::-1],
            flags=cv2.INTER_NEAREST,
            borderValue=IGNORED,
        )
        return SemanticMap(moved[None])

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> SemanticMap:
        """Lay onto a larger image, of which nothing else is labelled."""
        placed = np.full((1, *out_shape), IGNORED, np.uint8)
        _, height, width = self.values.shape
        placed[:, top : top + height, left : left + width] = self.values
        return SemanticMap(placed)

    def cover(self, where: np.ndarray) -> SemanticMap:
        return SemanticMap(np.where(where, np.uint8(IGNORED), self.values))

    def merge(self, others: Sequence[SemanticMap]) -> SemanticMap:
        """One map: of each pixel, what the first says that has it labelled."""
        values = self.values
        for other in others:
            values = np.where(values == IGNORED, other.values, values)
        return SemanticMap(values)
