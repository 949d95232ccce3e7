"""Objects of one image on another, with all their labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from mmcv.transforms.utils import cache_randomness
from mmdet.registry import TRANSFORMS

from projects.smn.errors import UserError
from projects.smn.tasks import Task

from ..labels import TaskLabels
from .cache import CachedTransform, same_scale
from .objects import keep_objects, outlines


@TRANSFORMS.register_module()
class TaskCopyPaste(CachedTransform):
    """Objects are cut out of one image along their masks and pasted onto another, where they were.

    "Simple Copy-Paste" (Ghiasi et al., 2021). MMDetection's ``CopyPaste`` moves boxes and masks
    alone. Put it behind what gives all images one size, such as ``RandomCrop`` and ``Pad``; of an
    image of another size, what fits is pasted.

    - Only objects whose mask is labelled are pasted. All their labels come with them.
    - Of what they hide, masks lose the hidden part, and a point is labelled as covered (COCO's
      visibility 1). What is not true of a part of an object is forgotten.
    - An object of which less than ``min_visible`` is left is dropped.
    - Lengths of what is pasted are forgotten where the images were not enlarged alike.
    - Where something is pasted, a semantic map has the labels of its own image. Whatever else is
      said of the whole image is forgotten.

    Args:
        max_num_pasted: The largest number of objects; how many is random.
        min_visible: The share of an object, or of its box where it has no mask.
        kwargs: As :class:`CachedTransform`.
    """

    def __init__(self, max_num_pasted: int = 10, min_visible: float = 0.2, **kwargs) -> None:
        super().__init__(**kwargs)
        self.max_num_pasted = max_num_pasted
        self.min_visible = min_visible

    @cache_randomness
    def _draw_objects(self, count: int) -> np.ndarray:
        number = np.random.randint(1, min(count, self.max_num_pasted) + 1)
        return np.random.choice(count, number, replace=False)

    def joined(self, results: dict, others: list[dict]) -> dict:
        (source,) = others
        shape = results['img'].shape[:2]
        source_labels = _fitted(source['gt_masks'], shape)
        masks = outlines(source_labels, source['tasks'])
        if masks is None:
            raise UserError('TaskCopyPaste needs a MaskTask that reads `segmentation`')
        able = masks.known & masks.masks.masks.any((1, 2)) & ~source['gt_ignore_flags']
        candidates = np.flatnonzero(able)
        if not len(candidates):
            return results
        chosen = candidates[self._draw_objects(len(candidates))]
        where = masks.masks.masks[chosen].any(0)
        image = results['img'].copy()
        image[where] = _fitted_image(source['img'], shape)[where]
        results['img'] = image

        pasted = source_labels[chosen]
        if not same_scale(results['gt_masks'], pasted):
            pasted = pasted.without(np.ones(len(pasted), bool))
        left = visible(results['gt_masks'], where, results['tasks'])
        covered = results['gt_masks'].cover(where, left < 1)
        labels = covered.join([pasted.cover_image(~where)])
        for key in ('gt_bboxes_labels', 'gt_ignore_flags'):
            results[key] = np.concatenate([results[key], source[key][chosen]])
        stays = np.concatenate([left >= self.min_visible, np.ones(len(chosen), bool)])
        keep_objects(results, labels, stays)
        return results


def visible(labels: TaskLabels, where: np.ndarray, tasks: Mapping[str, Task]) -> np.ndarray:
    """The share of each object, (N,), that is not hidden.

    Args:
        labels: Of N objects.
        where: (H, W) bool: what is hidden.
        tasks: Of the data set. Without a mask, the share is that of the box.
    """
    masks = outlines(labels, tasks)
    shares = np.ones(len(labels))
    for index, (x1, y1, x2, y2) in enumerate(labels.boxes.values):
        area = np.zeros(where.shape, bool)
        if masks is not None and masks.known[index]:
            area = masks.masks.masks[index].astype(bool)
        else:
            area[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = True
        if area.any():
            shares[index] = 1 - where[area].mean()
    return shares


def _fitted(labels: TaskLabels, shape: tuple[int, int]) -> TaskLabels:
    """Labels of an image that is cut, and padded, to another size."""
    height, width = min(labels.height, shape[0]), min(labels.width, shape[1])
    return labels.crop(np.array([0, 0, width, height])).pad(shape)


def _fitted_image(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    fitted = np.zeros((*shape, *image.shape[2:]), image.dtype)
    height, width = min(image.shape[0], shape[0]), min(image.shape[1], shape[1])
    fitted[:height, :width] = image[:height, :width]
    return fitted
