"""Keypoints that a transform can move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


class Keypoints:
    """The keypoints of all objects of one image.

    It has the moving methods of MMDetection's ``BitmapMasks``, so that both move alike.

    Args:
        points: Shape (N, K, 3): x, y in pixels and visibility (0, 1, 2). Pixel (i, j) covers
            [i, i + 1) x [j, j + 1).
        height: Of the image, in pixels.
        width: Of the image, in pixels.
        mirrored_order: Shape (K,): the order of the points in a mirrored image.
    """

    def __init__(
        self, points: np.ndarray, height: int, width: int, mirrored_order: Sequence[int]
    ) -> None:
        self.points = np.asarray(points, np.float32).reshape(-1, len(mirrored_order), 3)
        self.height = height
        self.width = width
        self.mirrored_order = list(mirrored_order)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: Any) -> Keypoints:
        return self._moved(self.points[index], self.height, self.width)

    def resize(self, out_shape: tuple[int, int]) -> Keypoints:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        height, width = out_shape
        points = self.points * np.float32([width / self.width, height / self.height, 1])
        return self._moved(points, height, width)

    def flip(self, flip_direction: str = 'horizontal') -> Keypoints:
        """Mirror at an axis, or turn by half (``'diagonal'``)."""
        points = self.points.copy()
        if flip_direction in ('horizontal', 'diagonal'):
            points[..., 0] = self.width - points[..., 0]
        if flip_direction in ('vertical', 'diagonal'):
            points[..., 1] = self.height - points[..., 1]
        if flip_direction != 'diagonal':  # a turn leaves left on the left
            points = points[:, self.mirrored_order]
        return self._moved(points, self.height, self.width)

    def transpose(self) -> Keypoints:
        """Swap x and y, which mirrors at the main diagonal."""
        points = self.points[:, self.mirrored_order][..., [1, 0, 2]]
        return self._moved(points, self.width, self.height)

    def crop(self, bbox: np.ndarray) -> Keypoints:
        """Move with a crop to ``bbox`` (x1, y1, x2, y2); points outside become not labelled."""
        x1, y1, x2, y2 = np.clip(bbox, 0, [self.width, self.height] * 2)
        points = self.points - np.float32([x1, y1, 0])
        width, height = max(int(x2 - x1), 1), max(int(y2 - y1), 1)
        inside = (points[..., :2] >= 0).all(-1) & (points[..., :2] <= (width, height)).all(-1)
        points[~inside] = 0
        return self._moved(points, height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> Keypoints:
        """Padding to the right and below moves nothing."""
        return self._moved(self.points, *out_shape)

    def _moved(self, points: np.ndarray, height: int, width: int) -> Keypoints:
        return Keypoints(points, height, width, self.mirrored_order)
