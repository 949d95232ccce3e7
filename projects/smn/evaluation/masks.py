"""Metrics of mask tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pycocotools import mask as mask_utils

from projects.smn.tasks import MaskTask

from .average_precision import average_precision
from .dispatch import evaluate_task, labels_of, share
from .image_result import ImageResult


@evaluate_task.register
def _(task: MaskTask, images: Sequence[ImageResult]) -> dict[str, float]:
    """COCO's AP of the masks; Dice, averaged over the objects that were found."""
    truth, detections, dice, objects = [], [], [], 0
    for i, image in enumerate(images):
        labelled = image.truth[f'{task.name}_labelled']
        objects += len(image.objects_of(task, labelled))
        truth.extend(_objects(i, image, task, labelled))
        detections.extend(_detections(i, image, task, labelled))
        dice.extend(
            dice_score(image.prediction[task.name][d], image.truth[task.name][g])
            for d, g in zip(*image.pairs(task, labelled), strict=True)
        )
    values = average_precision(truth, detections, len(images), labels_of(task), 'segm')
    return {**values, 'Dice': share(sum(dice), len(dice)), 'matched': share(len(dice), objects)}


def dice_score(first: dict, second: dict) -> float:
    """2 |A and B| / (|A| + |B|) of two masks (RLE); 1 if both are empty.

    From pycocotools' IoU, as Dice = 2 IoU / (1 + IoU).
    """
    if not mask_utils.area(first) and not mask_utils.area(second):
        return 1.0
    iou = float(mask_utils.iou([first], [second], [0])[0, 0])
    return 2 * iou / (1 + iou)


def _objects(
    image_id: int, image: ImageResult, task: MaskTask, labelled: np.ndarray
) -> Iterator[dict]:
    for g in image.objects_of(task, labelled):
        mask = image.truth[task.name][g]
        area = float(mask_utils.area(mask))
        if area:  # an empty mask is a label too, but there is nothing to find
            yield dict(
                image_id=image_id,
                category_id=int(image.truth['labels'][g]),
                bbox=mask_utils.toBbox(mask).tolist(),
                area=area,
                iscrowd=0,
                segmentation=mask,
            )


def _detections(
    image_id: int, image: ImageResult, task: MaskTask, labelled: np.ndarray
) -> Iterator[dict]:
    for d in image.detections_of(task, labelled):
        mask = image.prediction[task.name][d]
        if mask_utils.area(mask):
            yield image.result(image_id, d, segmentation=mask)
