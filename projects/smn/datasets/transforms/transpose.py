"""A mirror at the main diagonal: with flips, all eight orientations of an image."""

from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS
from mmdet.structures.bbox import HorizontalBoxes


@TRANSFORMS.register_module()
class RandomTranspose(BaseTransform):
    """Swap the axes of the image and of all its labels.

    For scenes without an up: things on a table, seen from above. Put it before a ``Resize`` to a
    size that is not square.

    Args:
        prob: How often.
    """

    moves_task_labels = True

    def __init__(self, prob: float = 0.5) -> None:
        self.prob = prob

    @cache_randomness
    def _draw(self) -> bool:
        return np.random.rand() < self.prob

    def transform(self, results: dict) -> dict:
        if not self._draw():
            return results
        results['img'] = np.ascontiguousarray(results['img'].swapaxes(0, 1))
        results['img_shape'] = results['img'].shape[:2]
        if 'scale_factor' in results:
            results['scale_factor'] = results['scale_factor'][::-1]
        if results.get('gt_bboxes') is not None:
            boxes = torch.as_tensor(getattr(results['gt_bboxes'], 'tensor', results['gt_bboxes']))
            results['gt_bboxes'] = HorizontalBoxes(boxes[:, [1, 0, 3, 2]])
        if results.get('gt_masks') is not None:
            results['gt_masks'] = results['gt_masks'].transpose()
        if results.get('gt_seg_map') is not None:
            results['gt_seg_map'] = np.ascontiguousarray(results['gt_seg_map'].T)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'
