"""What is left of the objects of an image after its labels have moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from mmdet.structures.bbox import HorizontalBoxes

from projects.smn.tasks import Boxes, Masks, Task

from ..labels import TaskLabels


def outlines(labels: TaskLabels, tasks: Mapping[str, Task]) -> Masks | None:
    """The masks of whole objects, if there is a task that reads them."""
    names = [name for name in labels.objects if name in tasks and tasks[name].outlines]
    return labels.objects[names[0]] if names else None


def keep_objects(results: dict, labels: TaskLabels, chosen: np.ndarray) -> None:
    """Put moved labels into the results of a pipeline, without the objects that are gone.

    A box is drawn anew around the mask of its object, where that is labelled and not empty.

    Args:
        results: With ``gt_bboxes_labels`` and ``gt_ignore_flags`` of the same N objects, and
            ``tasks``. Changed: ``gt_bboxes``, these two, and ``gt_masks``.
        labels: Of N objects.
        chosen: (N,) bool: which may stay. One whose mask was labelled and is empty now is gone, and
            so is one without a box.
    """
    boxes = labels.boxes.values.copy()
    masks = outlines(labels, results['tasks'])
    if masks is not None:
        drawn = masks.extents()
        seen = ~np.isnan(drawn[:, 0])
        boxes[seen] = drawn[seen]
        chosen = chosen & (seen | ~masks.known)
    left = chosen & ~np.isnan(boxes).any(1)
    labels = replace(labels, boxes=Boxes(boxes, labels.height, labels.width))[left]
    results['gt_masks'] = labels
    results['gt_bboxes'] = HorizontalBoxes(torch.from_numpy(labels.boxes.values.copy()))
    for key in ('gt_bboxes_labels', 'gt_ignore_flags'):
        if results.get(key) is not None:
            results[key] = results[key][left]
