"""Labels that move with their image, and are dropped with their object.

The moving methods are called as those of MMDetection's ``BitmapMasks``, so that its transforms move
the labels of every task. Each kind of task has its geometry beside it; what several need is here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np


class Geometry:
    """The labels of one task on one image: N objects, or the image itself with N = 1.

    What is said here of every method is true of labels that no transform moves.
    """

    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    @abstractmethod
    def __getitem__(self, index: np.ndarray) -> Geometry:
        """Some of the objects, by their positions."""

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> Geometry:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        return self

    def flip(self, flip_direction: str = 'horizontal') -> Geometry:
        """Mirror at an axis, or turn by half (``'diagonal'``)."""
        return self

    def transpose(self) -> Geometry:
        """Swap x and y, which mirrors at the main diagonal."""
        return self

    def crop(self, bbox: np.ndarray) -> Geometry:
        """Move with a crop to ``bbox`` (x1, y1, x2, y2), which may reach beyond the image."""
        return self

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Geometry:
        """Move with an image that is padded to the right and below."""
        return self

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> Geometry:
        """Move with an image whose points p become ``matrix @ (p, 1)``.

        Args:
            matrix: (2, 3), in pixels; pixel (i, j) covers [i, i + 1) x [j, j + 1).
            out_shape: (height, width) of what can be seen of it then.
        """
        return self

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> Geometry:
        """Move with an image that is laid onto a larger one, (height, width)."""
        return self

    def cover(self, where: np.ndarray) -> Geometry:
        """What is left where something else lies on the image, (H, W) bool."""
        return self

    def without(self, cut: np.ndarray) -> Geometry:
        """Forget the labels of objects that a crop has cut, (N,) bool."""
        return self

    def join(self, others: Sequence[Geometry]) -> Geometry:
        """The objects of this image and of others, which have its size."""
        raise NotImplementedError(f'{type(self).__name__} has no method join')

    def merge(self, others: Sequence[Geometry]) -> Geometry:
        """What is still true of an image that was made of this and others, of the same size."""
        raise NotImplementedError(f'{type(self).__name__} has no method merge')


class Values(Geometry):
    """What only follows its object: numbers and classes.

    Args:
        values: (N, ...): whole numbers, -1 where not labelled, or others, NaN where not.
        survives_cut: Whether they are still true of an object that was cut.
    """

    def __init__(self, values: np.ndarray, survives_cut: bool = True) -> None:
        self.values = values
        self.survives_cut = survives_cut

    def __getitem__(self, index: np.ndarray) -> Values:
        return self._with(self.values[index])

    def without(self, cut: np.ndarray) -> Values:
        return self if self.survives_cut else self._blank(cut)

    def merge(self, others: Sequence[Values]) -> Values:
        return self._blank(slice(None))

    def _blank(self, where: np.ndarray | slice) -> Values:
        values = self.values.copy()
        values[where] = -1 if values.dtype.kind == 'i' else np.nan
        return self._with(values)

    def join(self, others: Sequence[Values]) -> Values:
        return self._with(np.concatenate([part.values for part in (self, *others)]))

    def _with(self, values: np.ndarray) -> Values:
        return type(self)(values, self.survives_cut)


class Boxes(Geometry):
    """Boxes; all four numbers are NaN where one is not labelled.

    Args:
        values: (N, 4): x1, y1, x2, y2 in pixels.
        height: Of the image, in pixels.
        width: Of the image, in pixels.
    """

    def __init__(self, values: np.ndarray, height: int, width: int) -> None:
        self.values = np.asarray(values, np.float32).reshape(-1, 4)
        self.height = height
        self.width = width

    def __getitem__(self, index: np.ndarray) -> Boxes:
        return Boxes(self.values[index], self.height, self.width)

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> Boxes:
        height, width = out_shape[:2]
        factors = np.float32([width / self.width, height / self.height] * 2)
        return Boxes(self.values * factors, height, width)

    def flip(self, flip_direction: str = 'horizontal') -> Boxes:
        x1, y1, x2, y2 = self.values.T
        if flip_direction in ('horizontal', 'diagonal'):
            x1, x2 = self.width - x2, self.width - x1
        if flip_direction in ('vertical', 'diagonal'):
            y1, y2 = self.height - y2, self.height - y1
        return Boxes(np.stack([x1, y1, x2, y2], 1), self.height, self.width)

    def transpose(self) -> Boxes:
        return Boxes(self.values[:, [1, 0, 3, 2]], self.width, self.height)

    def crop(self, bbox: np.ndarray) -> Boxes:
        """Move with a crop; a box of which nothing is left is no longer labelled."""
        x1, y1, height, width = cropped(bbox, self.height, self.width)
        values = np.clip(self.values - np.float32([x1, y1] * 2), 0, [width, height] * 2)
        values[(values[:, 2:] <= values[:, :2]).any(1)] = np.nan
        return Boxes(values, height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Boxes:
        return Boxes(self.values, *out_shape[:2])

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> Boxes:
        """The boxes around the moved corners, larger than what they hold unless it is turned by a
        quarter; one of which nothing is left is no longer labelled."""
        corners = self.values[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]
        moved = moved_points(corners, matrix)
        values = np.concatenate([moved.min(1), moved.max(1)], 1)
        height, width = out_shape
        return Boxes(values, height, width).crop(np.array([0, 0, width, height]))

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> Boxes:
        return Boxes(self.values + np.float32([left, top] * 2), *out_shape)

    def join(self, others: Sequence[Boxes]) -> Boxes:
        values = np.concatenate([part.values for part in (self, *others)])
        return Boxes(values, self.height, self.width)

    def merge(self, others: Sequence[Boxes]) -> Boxes:
        return Boxes(np.full_like(self.values, np.nan), self.height, self.width)

    def cut_by(self, bbox: np.ndarray) -> np.ndarray:
        """Which of them reach beyond a crop by more than a pixel, (N,) bool."""
        x1, y1, height, width = cropped(bbox, self.height, self.width)
        low, high = np.float32([x1, y1]), np.float32([x1 + width, y1 + height])
        return ((self.values[:, :2] < low - 1) | (self.values[:, 2:] > high + 1)).any(1)


def cropped(bbox: np.ndarray, height: int, width: int) -> tuple[float, float, int, int]:
    """What a crop to ``bbox`` leaves of an image: left, top, height, width; one pixel or more."""
    x1, y1, x2, y2 = np.clip(bbox, 0, [width, height] * 2)
    return x1, y1, max(int(y2 - y1), 1), max(int(x2 - x1), 1)


def moved_points(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (..., 2) after an affine map, (2, 3)."""
    return np.float32(points @ matrix[:, :2].T + matrix[:, 2])


def of_pixels(matrix: np.ndarray) -> np.ndarray:
    """The same map for the indices of pixels, as OpenCV wants it: their middles are at halves."""
    shifted = np.array(matrix, np.float64)
    shifted[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    return shifted
