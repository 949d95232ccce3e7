"""Metrics of mask tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pycocotools import mask as mask_utils

from projects.smn.tasks import MaskTask

from .average_precision import average_precision
from .comparison import Comparison
from .dispatch import evaluate_task, labels_of, share


@evaluate_task.register
def _(task: MaskTask, images: Sequence[Comparison]) -> dict[str, float]:
    """COCO's AP of the masks; Dice, averaged over the objects that were found."""
    truth, detections, dice, objects = [], [], [], 0
    for i, image in enumerate(images):
        objects += len(image.objects_of(task))
        truth.extend(_objects(i, image, task))
        detections.extend(_detections(i, image, task))
        dice.extend(
            dice_score(image.detections[task.name][d], image.objects[task.name][g])
            for d, g in zip(*image.pairs(task), strict=True)
        )
    values = average_precision(truth, detections, labels_of(task), 'segm')
    return {**values, 'Dice': share(sum(dice), len(dice)), 'matched': share(len(dice), objects)}


def dice_score(first: dict, second: dict) -> float:
    """2 |A and B| / (|A| + |B|) of two masks (RLE); 1 if both are empty.

    From pycocotools' IoU, as Dice = 2 IoU / (1 + IoU).
    """
    if not mask_utils.area(first) and not mask_utils.area(second):
        return 1.0
    iou = float(mask_utils.iou([first], [second], [0])[0, 0])
    return 2 * iou / (1 + iou)


def _objects(image_id: int, image: Comparison, task: MaskTask) -> Iterator[dict]:
    for g in image.objects_of(task):
        mask = image.objects[task.name][g]
        area = float(mask_utils.area(mask))
        if area:  # an empty mask is a label too, but there is nothing to find
            yield dict(
                image_id=image_id,
                category_id=int(image.objects['labels'][g]),
                bbox=mask_utils.toBbox(mask).tolist(),
                area=area,
                iscrowd=0,
                segmentation=mask,
            )


def _detections(image_id: int, image: Comparison, task: MaskTask) -> Iterator[dict]:
    for d in image.detections_of(task):
        mask = image.detections[task.name][d]
        if mask_utils.area(mask):
            yield image.result(image_id, d, segmentation=mask)
