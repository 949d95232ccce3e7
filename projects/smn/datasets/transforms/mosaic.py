"""Four images side by side, with all their labels."""

from __future__ import annotations

from collections.abc import Iterator

import mmcv
import numpy as np
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS

from projects.smn.tasks import common_completeness

from .cache import CachedTransform, same_scale
from .objects import keep_objects


@TRANSFORMS.register_module()
class TaskMosaic(CachedTransform):
    """Four images around a point (Bochkovskiy et al., "YOLOv4", 2020).

    MMDetection's ``CachedMosaic`` moves boxes and masks alone. As there, images are first resized
    to fit ``img_scale``, and the result is twice as wide and high: a ``RandomCrop`` or a ``Resize``
    should follow.

    - An object that is cut loses what is not true of a part of it.
    - Lengths are forgotten where the images were not enlarged alike.
    - Semantic maps are joined. Whatever else is said of a whole image is forgotten.
    - The result is complete for the classes for which all four images are.

    Args:
        img_scale: Width and height that each image is resized to fit.
        center_ratio_range: Where the point is, in shares of ``img_scale``.
        pad_val: What is seen between images.
        kwargs: As :class:`CachedTransform`.
    """

    others = 3

    def __init__(
        self,
        img_scale: tuple[int, int] = (640, 640),
        center_ratio_range: tuple[float, float] = (0.5, 1.5),
        pad_val: int = 114,
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.img_scale = img_scale
        self.center_ratio_range = center_ratio_range
        self.pad_val = pad_val

    @cache_randomness
    def _draw_middle(self) -> tuple[int, int]:
        """x and y in pixels."""
        x, y = np.random.uniform(*self.center_ratio_range, size=2) * self.img_scale
        return int(x), int(y)

    def joined(self, results: dict, others: list[dict]) -> dict:
        width, height = 2 * self.img_scale[0], 2 * self.img_scale[1]
        canvas = np.full((height, width, 3), self.pad_val, results['img'].dtype)
        parts = []
        sources = [results, *others]
        for source, place in zip(sources, self._places((width, height)), strict=True):
            self._resize(source)
            parts.append(_lay(source, place, canvas))
        labels = parts[0].join(parts[1:])
        unlike = [not same_scale(parts[0], part) for part in parts]
        labels = labels.without(np.repeat(unlike, [len(part) for part in parts]))
        for key in ('gt_bboxes_labels', 'gt_ignore_flags'):
            results[key] = np.concatenate([source[key] for source in sources])
        results['img'], results['img_shape'] = canvas, canvas.shape[:2]
        results['complete'] = common_completeness(
            source.get('complete', True) for source in sources
        )
        keep_objects(results, labels, np.ones(len(labels), bool))
        return results

    def _resize(self, source: dict) -> None:
        """To fit ``img_scale``."""
        source['img'] = mmcv.imrescale(source['img'], tuple(self.img_scale))
        source['gt_masks'] = source['gt_masks'].resize(source['img'].shape[:2])

    def _places(self, size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
        """Of each image the room (x1, y1, x2, y2); one corner of it is the middle."""
        x, y = self._draw_middle()
        width, height = size
        yield 0, 0, x, y
        yield x, 0, width, y
        yield 0, y, x, height
        yield x, y, width, height


def _lay(source: dict, room: tuple[int, int, int, int], canvas: np.ndarray):
    """Lay an image into its room, against the middle of all; gives its labels there."""
    height, width = source['img'].shape[:2]
    x1, y1, x2, y2 = room
    wide, high = min(width, x2 - x1), min(height, y2 - y1)
    # What touches the middle: the end of those left of and above it, the beginning of the others.
    left, top = (width - wide if x1 == 0 else 0), (height - high if y1 == 0 else 0)
    x, y = (x2 - wide if x1 == 0 else x1), (y2 - high if y1 == 0 else y1)
    canvas[y : y + high, x : x + wide] = source['img'][top : top + high, left : left + wide]
    cut = source['gt_masks'].crop(np.array([left, top, left + wide, top + high]))
    return cut.place(x, y, canvas.shape[:2])
