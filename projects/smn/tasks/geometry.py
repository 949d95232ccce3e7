"""Labels that move with their image, and are dropped with their object.

The moving methods are called as those of MMDetection's ``BitmapMasks``, so that its transforms move
the labels of every task. Each kind of task has its geometry beside it; what several need is here.
"""

from __future__ import annotations

from abc import abstractmethod

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

    def without(self, cut: np.ndarray) -> Geometry:
        """Forget the labels of objects that a crop has cut, (N,) bool."""
        return self


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
        if self.survives_cut:
            return self
        values = self.values.copy()
        values[cut] = -1 if values.dtype.kind == 'i' else np.nan
        return self._with(values)

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

    def cut_by(self, bbox: np.ndarray) -> np.ndarray:
        """Which of them reach beyond a crop by more than a pixel, (N,) bool."""
        x1, y1, height, width = cropped(bbox, self.height, self.width)
        low, high = np.float32([x1, y1]), np.float32([x1 + width, y1 + height])
        return ((self.values[:, :2] < low - 1) | (self.values[:, 2:] > high + 1)).any(1)


def cropped(bbox: np.ndarray, height: int, width: int) -> tuple[float, float, int, int]:
    """What a crop to ``bbox`` leaves of an image: left, top, height, width; one pixel or more."""
    x1, y1, x2, y2 = np.clip(bbox, 0, [width, height] * 2)
    return x1, y1, max(int(y2 - y1), 1), max(int(x2 - x1), 1)
