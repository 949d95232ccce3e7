"""Metrics of tasks with one box per image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projects.smn.tasks import BoxTask

from .average_precision import average_precision
from .dispatch import evaluate_task, share
from .image_result import ImageResult, box_iou, to_xywh


@evaluate_task.register
def _(task: BoxTask, images: Sequence[ImageResult]) -> dict[str, float]:
    """The mean IoU over labelled images, and COCO's AP of one answer each, all equally certain."""
    pairs = [
        (image.whole_prediction[task.name], image.whole_truth[task.name])
        for image in images
        if not np.isnan(image.whole_truth[task.name]).any()
    ]
    ious = [float(box_iou(predicted, true)[0, 0]) for predicted, true in pairs]
    truth = [_record(i, true, iscrowd=0) for i, (_, true) in enumerate(pairs)]
    detections = [_record(i, predicted, score=1.0) for i, (predicted, _) in enumerate(pairs)]
    ap = average_precision(truth, detections, len(pairs), [0], 'bbox')
    return dict(IoU=share(sum(ious), len(ious)), mAP=ap['mAP'], mAP_50=ap['mAP_50'])


def _record(image_id: int, corners: np.ndarray, **more: float) -> dict:
    (box,) = to_xywh(corners).tolist()
    return dict(image_id=image_id, category_id=0, bbox=box, area=box[2] * box[3], **more)
