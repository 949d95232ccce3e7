"""Labels of the whole image that a transform can move: semantic maps and boxes.

``resize``, ``flip``, ``crop`` and ``pad`` are called as those of MMDetection's ``BitmapMasks``, so
that all labels move alike.
"""

from __future__ import annotations

import cv2
import mmcv
import numpy as np

from projects.smn.tasks import IGNORED


class SemanticMap:
    """A class for every pixel.

    Args:
        values: (H, W), uint8; 255 where a pixel is not labelled.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def resize(self, out_shape: tuple[int, int]) -> SemanticMap:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        height, width = out_shape[:2]
        # cv2's INTER_NEAREST takes the pixel to the upper left, half a pixel off the image.
        return SemanticMap(
            cv2.resize(self.values, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        )

    def flip(self, flip_direction: str = 'horizontal') -> SemanticMap:
        return SemanticMap(np.ascontiguousarray(mmcv.imflip(self.values, flip_direction)))

    def transpose(self) -> SemanticMap:
        return SemanticMap(np.ascontiguousarray(self.values.T))

    def crop(self, bbox: np.ndarray) -> SemanticMap:
        """Move with a crop to ``bbox`` (x1, y1, x2, y2)."""
        height, width = self.values.shape
        x1, y1, x2, y2 = np.clip(bbox, 0, [width, height] * 2).astype(int)
        return SemanticMap(self.values[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)])

    def pad(self, out_shape: tuple[int, int], pad_val: int = IGNORED) -> SemanticMap:
        """Pad to the right and below. What is padded is never labelled, whatever ``pad_val``."""
        return SemanticMap(mmcv.impad(self.values, shape=out_shape[:2], pad_val=IGNORED))


class ImageBox:
    """A box; all four numbers are NaN where it is not labelled.

    Args:
        corners: (4,): x1, y1, x2, y2 in pixels.
        height: Of the image, in pixels.
        width: Of the image, in pixels.
    """

    def __init__(self, corners: np.ndarray, height: int, width: int) -> None:
        self.corners = np.asarray(corners, np.float32)
        self.height = height
        self.width = width

    def resize(self, out_shape: tuple[int, int]) -> ImageBox:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        height, width = out_shape[:2]
        factors = np.float32([width / self.width, height / self.height] * 2)
        return ImageBox(self.corners * factors, height, width)

    def flip(self, flip_direction: str = 'horizontal') -> ImageBox:
        x1, y1, x2, y2 = self.corners
        if flip_direction in ('horizontal', 'diagonal'):
            x1, x2 = self.width - x2, self.width - x1
        if flip_direction in ('vertical', 'diagonal'):
            y1, y2 = self.height - y2, self.height - y1
        return ImageBox(np.stack([x1, y1, x2, y2]), self.height, self.width)

    def transpose(self) -> ImageBox:
        return ImageBox(self.corners[[1, 0, 3, 2]], self.width, self.height)

    def crop(self, bbox: np.ndarray) -> ImageBox:
        """Move with a crop; a box of which nothing is left is no longer labelled."""
        x1, y1, x2, y2 = np.clip(bbox, 0, [self.width, self.height] * 2)
        height, width = max(int(y2 - y1), 1), max(int(x2 - x1), 1)
        corners = np.clip(self.corners - [x1, y1, x1, y1], 0, [width, height] * 2)
        if (corners[2:] <= corners[:2]).any():
            corners = np.full(4, np.nan)
        return ImageBox(corners, height, width)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> ImageBox:
        """Padding to the right and below moves nothing."""
        return ImageBox(self.corners, *out_shape[:2])
