"""Turn, scale, shear and move an image by any amount, with all its labels."""

from __future__ import annotations

import math

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS

from projects.smn.tasks.geometry import of_pixels

from .objects import keep_objects


@TRANSFORMS.register_module()
class TaskRandomAffine(BaseTransform):
    """A random affine map around the middle of the image, which keeps its size.

    MMDetection's ``RandomAffine`` moves boxes alone, and turns around a corner. The options are
    those of it.

    A box is drawn anew around the mask of its object. Without a mask, the box around its moved
    corners is all that is known; turned by 45 degrees it is up to twice as wide. An object that is
    outside is dropped, and one that is cut loses what is not true of a part of it. Where the map
    has not one scale for all directions, lengths are forgotten.

    Args:
        max_rotate_degree: In either direction.
        max_translate_ratio: Of width and height, in either direction.
        scaling_ratio_range: Of the enlargement.
        max_shear_degree: In either direction, of x and of y.
        border_val: What is seen beyond the image, in the order of its channels.
        prob: How often.
    """

    moves_task_labels = True

    def __init__(
        self,
        max_rotate_degree: float = 10.0,
        max_translate_ratio: float = 0.1,
        scaling_ratio_range: tuple[float, float] = (0.5, 1.5),
        max_shear_degree: float = 0.0,
        border_val: tuple[int, int, int] = (114, 114, 114),
        prob: float = 1.0,
    ) -> None:
        self.max_rotate_degree = max_rotate_degree
        self.max_translate_ratio = max_translate_ratio
        self.scaling_ratio_range = scaling_ratio_range
        self.max_shear_degree = max_shear_degree
        self.border_val = border_val
        self.prob = prob

    @cache_randomness
    def _draw(self, height: int, width: int) -> np.ndarray | None:
        """The map (2, 3), in pixels; None for leaving the image alone."""
        if np.random.rand() >= self.prob:
            return None
        turn = math.radians(_between(self.max_rotate_degree))
        scale = np.random.uniform(*self.scaling_ratio_range)
        shear = np.eye(2)
        shear[0, 1] = math.tan(math.radians(_between(self.max_shear_degree)))
        shear[1, 0] = math.tan(math.radians(_between(self.max_shear_degree)))
        cos, sin = scale * math.cos(turn), scale * math.sin(turn)
        middle = np.array([width, height]) / 2
        shift = [_between(self.max_translate_ratio) * side for side in (width, height)]
        linear = shear @ np.array([[cos, -sin], [sin, cos]])
        return np.column_stack([linear, middle + shift - linear @ middle])

    def transform(self, results: dict) -> dict | None:
        height, width = results['img'].shape[:2]
        matrix = self._draw(height, width)
        if matrix is None:
            return results
        results['img'] = cv2.warpAffine(
            results['img'], of_pixels(matrix), (width, height), borderValue=self.border_val
        )
        if results.get('gt_masks') is not None:
            labels = results['gt_masks'].warp(matrix, (height, width))
            keep_objects(results, labels, np.ones(len(labels), bool))
        return results

    def __repr__(self) -> str:
        options = ', '.join(f'{name}={value}' for name, value in vars(self).items())
        return f'{type(self).__name__}({options})'


def _between(limit: float) -> float:
    return np.random.uniform(-limit, limit)
