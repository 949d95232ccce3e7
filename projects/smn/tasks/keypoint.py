"""Keypoints: named points of an object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from projects.smn.errors import UserError, listing
from projects.smn.reading.outlines import TOLERANCE_PX
from projects.smn.reading.points import flat
from projects.smn.reading.values import number, same_text, whole_number

from .base import SCORE, TASKS, Task
from .geometry import Geometry, cropped, moved_points

if TYPE_CHECKING:
    from torch import Tensor


@TASKS.register_module()
@dataclass(kw_only=True)
class KeypointTask(Task):
    """Named points per object, as COCO's ``keypoints: [x, y, v, ...]``.

    Visibility ``v`` is COCO's: 0 not labelled (no loss, not counted), 1 covered, 2 visible. A task
    whose ``source`` is not ``'keypoints'`` reads ``points: {<source>: [x, y, v, ...]}`` instead,
    so that an object can have several sets.

    Args:
        points: The names of the points. Where a category of the file names its own, any of them, in
            any order; else all of them in the order of the annotation.
        flip_pairs: Pairs of names that change places in a mirrored image.
        sigmas: COCO's per-point constants of the object keypoint similarity (OKS); a single number
            for all of them. 0.1 is a loose tolerance; COCO's eyes have 0.025, its hips 0.107.
        source: Where the labels are. Default ``'keypoints'``.
    """

    kind: ClassVar[str] = 'keypoint'
    meaning: ClassVar[tuple[str, ...]] = ('points',)
    named_by: ClassVar[str] = 'points'
    default_loss: ClassVar[dict] = dict(type='HeatmapCrossEntropyLoss', loss_weight=1.0)

    points: tuple[str, ...]
    flip_pairs: tuple[tuple[str, str], ...] = ()
    sigmas: float | Sequence[float] = 0.1
    source: str = 'keypoints'
    # Where the points are in a file that names them in another order, by the id of its category,
    # and how many there are then.
    _columns: dict[int, list[int] | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.points, str):
            raise UserError(f'task {self.name!r}: points must be a tuple of names')
        self.points = tuple(self.points)
        if not self.points or len(set(self.points)) < len(self.points):
            raise UserError(f'task {self.name!r}: points must be one or more different names')
        self.flip_pairs = tuple(tuple(pair) for pair in self.flip_pairs)
        paired = [name for pair in self.flip_pairs for name in pair]
        for name in paired:
            if name not in self.points:
                raise UserError(
                    f'task {self.name!r}: {name!r} in flip_pairs is no point; '
                    f'the points are {listing(self.points)}'
                )
        pairs_of_two = all(len(pair) == 2 for pair in self.flip_pairs)
        if not pairs_of_two or len(set(paired)) < len(paired):
            raise UserError(
                f'task {self.name!r}: flip_pairs must be pairs of two points, and each point can '
                f'be in one pair only, not {self.flip_pairs!r}'
            )
        sigmas = np.atleast_1d(np.asarray(self.sigmas, dtype=float))
        if sigmas.size not in (1, len(self.points)):
            raise UserError(
                f'task {self.name!r}: sigmas needs one number or one for each of the '
                f'{len(self.points)} points, not {sigmas.size}'
            )
        if not (sigmas > 0).all():
            raise UserError(f'task {self.name!r}: sigmas must be positive, not {self.sigmas!r}')
        self.sigmas = tuple(np.broadcast_to(sigmas, len(self.points)).tolist())

    def mirrored_order(self) -> list[int]:
        """The order of the points after mirroring: point i becomes the point at ``order[i]``."""
        order = list(range(len(self.points)))
        for first, second in self.flip_pairs:
            a, b = self.points.index(first), self.points.index(second)
            order[a], order[b] = b, a
        return order

    @property
    def label_path(self) -> tuple[str, ...]:
        return (self.source,) if self.source == 'keypoints' else ('points', self.source)

    def take_names(self, content: Mapping[str, Any]) -> Iterable[str]:
        """Learn the order of the points from the ``keypoints`` of each category.

        Of another ``source``, from ``points: {<source>: [names]}`` of the category.
        """
        self._columns, unnamed = {}, []
        for category in content['categories']:
            if category['name'] not in map(same_text, self.of):
                continue
            names = self._at_path(category)
            if names:
                self._columns[category['id']] = self._places(names, category['name'])
            else:
                unnamed.append(category)
        labelled = {a['category_id'] for a in content['annotations'] if self._at_path(a)}
        return [
            f'category without names of `{".".join(self.label_path)}`, {category["name"]!r}: taken '
            f'in the order {listing(self.points)}'
            for category in unnamed
            if category['id'] in labelled
        ]

    def _at_path(self, record: Mapping[str, Any]) -> Any:
        """What stands in a record, or in a category, where the points of an object are."""
        for key in self.label_path:
            record = record.get(key) if isinstance(record, Mapping) else None
        return record

    def _places(self, names: Any, category: str) -> list[int] | None:
        """Where each point is among those of a category; None if they are the same."""
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UserError(f'the `keypoints` of category {category!r} are no list of names')
        names = [same_text(name) for name in names]
        asked = [same_text(name) for name in self.points]
        if names == asked:
            return None
        if missing := [name for name in asked if names.count(name) != 1]:
            raise UserError(
                f'category {category!r} has the points {listing(names)}, not {listing(missing)} '
                'once: name them so in `points`, in any order'
            )
        return [names.index(name) for name in asked] + [len(names)]

    def find_label(self, record: Mapping[str, Any]) -> Any:
        """As of every task; in the order of ``points``, where the file names its own."""
        label = super().find_label(record)
        places = self._columns.get(record.get('category_id')) if self._columns else None
        if not label or places is None or not isinstance(label, (list, tuple)):
            return label
        *places, count = places
        label = flat(label)
        if len(label) != 3 * count:
            raise UserError(
                f'{label!r:.60} is not {3 * count} numbers: x, y, v for each point of its category'
            )
        return [value for place in places for value in label[3 * place : 3 * place + 3]]

    def without_label(self, annotation: Mapping[str, Any]) -> dict[str, Any]:
        rest = super().without_label(annotation)
        if self.source == 'keypoints':
            rest.pop('num_keypoints', None)
        return rest

    def parse_label(self, label: Any) -> list[list[float]]:
        """Shape (num_points, 3): x, y in pixels, visibility 0, 1 or 2. Empty: all of them 0."""
        count = len(self.points)
        try:
            points = [number(value) for value in flat(label)] or [0.0] * (3 * count)
            points = np.asarray(points).reshape(count, 3)
        except (TypeError, ValueError):
            raise UserError(
                f'{label!r:.60} is not {3 * count} numbers: x, y, v for each of '
                f'{listing(self.points)}'
            ) from None
        if not np.isin(points[:, 2], (0, 1, 2)).all():
            raise UserError(f'{label!r:.60} has a visibility other than 0, 1 or 2')
        return points.tolist()

    def mended(
        self, label: list[list[float]], record: Mapping[str, Any], height: int, width: int
    ) -> tuple[list[list[float]], tuple[str, ...]]:
        """Nobody sees a point outside of an image: it is not labelled."""
        said = []
        if self.source == 'keypoints' and self._counts_more(record):
            said.append('objects with a larger `num_keypoints` than points of visibility 1 or 2')
        right, bottom = width + TOLERANCE_PX, height + TOLERANCE_PX
        inside = [
            v == 0 or (-TOLERANCE_PX <= x <= right and -TOLERANCE_PX <= y <= bottom)
            for x, y, v in label
        ]
        if not all(inside):
            said.append('objects with points outside of their image, which are not labelled')
            label = [p if kept else [0.0] * 3 for p, kept in zip(label, inside, strict=True)]
        return label, tuple(said)

    def _counts_more(self, record: Mapping[str, Any]) -> bool:
        try:
            said = whole_number(record.get('num_keypoints', 0))
            return said > sum(number(v) > 0 for v in flat(record['keypoints'])[2::3])
        except (UserError, KeyError, TypeError):
            return False

    def is_labelled(self, label: list[list[float]]) -> bool:
        return any(visibility > 0 for _, _, visibility in label)

    def load(self, labels: Sequence, size: tuple[int, int], read: Any) -> Keypoints:
        nothing = [[0, 0, 0]] * len(self.points)
        points = np.array([nothing if label is None else label for label in labels], np.float32)
        return Keypoints(points, *size, self.mirrored_order())

    def labelled(self, fields: Mapping[str, Any]) -> np.ndarray | Tensor:
        """Which objects have a labelled point or more."""
        return (fields[self.name][..., 2] > 0).any(-1)

    def to_json(self, fields: Mapping[str, Any], index: int) -> list[float] | None:
        """``[x, y, score, ...]`` in pixels of the original image, as COCO's results have it."""
        points = fields[self.name][index]
        if np.isnan(points).any():
            return None
        return [round(float(value), 3) for value in points.reshape(-1)]

    def schema(self) -> dict[str, Any]:
        return dict(
            type='array',
            items=dict(type='number'),
            minItems=3 * len(self.points),
            maxItems=3 * len(self.points),
            description=f'x, y in pixels and score of each point: {", ".join(self.points)}.',
        )

    def columns(self) -> list[str]:
        of_point = ('.x (px)', '.y (px)', SCORE)
        return [f'{self.name}.{point}{column}' for point in self.points for column in of_point]

    def to_columns(self, fields: Mapping[str, Any], index: int) -> dict[str, Any]:
        values = fields[self.name][index].reshape(-1).tolist()
        return {
            column: None if math.isnan(value) else round(value, 4 if column.endswith(SCORE) else 1)
            for column, value in zip(self.columns(), values, strict=True)
        }


class Keypoints(Geometry):
    """The keypoints of all objects of one image.

    Args:
        values: Shape (N, K, 3): x, y in pixels and visibility (0, 1, 2). Pixel (i, j) covers
            [i, i + 1) x [j, j + 1).
        height: Of the image, in pixels.
        width: Of the image, in pixels.
        mirrored_order: Shape (K,): the order of the points in a mirrored image.
    """

    def __init__(
        self, values: np.ndarray, height: int, width: int, mirrored_order: Sequence[int]
    ) -> None:
        self.values = np.asarray(values, np.float32).reshape(-1, len(mirrored_order), 3)
        self.height = height
        self.width = width
        self.mirrored_order = list(mirrored_order)

    def __getitem__(self, index: np.ndarray) -> Keypoints:
        return self._moved(self.values[index], self.height, self.width)

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> Keypoints:
        height, width = out_shape[:2]
        values = self.values * np.float32([width / self.width, height / self.height, 1])
        return self._moved(values, height, width)

    def flip(self, flip_direction: str = 'horizontal') -> Keypoints:
        values = self.values.copy()
        if flip_direction in ('horizontal', 'diagonal'):
            values[..., 0] = self.width - values[..., 0]
        if flip_direction in ('vertical', 'diagonal'):
            values[..., 1] = self.height - values[..., 1]
        if flip_direction != 'diagonal':  # a turn leaves left on the left
            values = values[:, self.mirrored_order]
        return self._moved(values, self.height, self.width)

    def transpose(self) -> Keypoints:
        values = self.values[:, self.mirrored_order][..., [1, 0, 2]]
        return self._moved(values, self.width, self.height)

    def crop(self, bbox: np.ndarray) -> Keypoints:
        """Move with a crop; points outside become not labelled."""
        x1, y1, height, width = cropped(bbox, self.height, self.width)
        return self._inside(self.values - np.float32([x1, y1, 0]), height, width)

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> Keypoints:
        """Move with an image; points outside become not labelled."""
        values = self.values.copy()
        values[..., :2] = moved_points(values[..., :2], matrix)
        if np.linalg.det(matrix[:, :2]) < 0:  # a mirror
            values = values[:, self.mirrored_order]
        return self._inside(values, *out_shape)

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> Keypoints:
        return self._moved(self.values + np.float32([left, top, 0]), *out_shape)

    def cover(self, where: np.ndarray) -> Keypoints:
        """A point under what covers it is labelled as such, COCO's visibility 1."""
        values = self.values.copy()
        x, y = np.floor(values[..., :2]).astype(int).clip(0, [self.width - 1, self.height - 1]).T
        values[..., 2][(where[y, x].T) & (values[..., 2] > 0)] = 1
        return self._moved(values, self.height, self.width)

    def join(self, others: Sequence[Keypoints]) -> Keypoints:
        values = np.concatenate([part.values for part in (self, *others)])
        return self._moved(values, self.height, self.width)

    def _inside(self, values: np.ndarray, height: int, width: int) -> Keypoints:
        inside = (values[..., :2] >= 0).all(-1) & (values[..., :2] <= (width, height)).all(-1)
        values[~inside] = 0
        return self._moved(values, height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Keypoints:
        return self._moved(self.values, *out_shape[:2])

    def _moved(self, values: np.ndarray, height: int, width: int) -> Keypoints:
        return Keypoints(values, height, width, self.mirrored_order)
