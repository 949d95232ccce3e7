"""Metrics of tasks with one box per image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from projects.smn.tasks import BoxTask

from .attributes import gather
from .average_precision import average_precision
from .comparison import Comparison, box_iou, to_xywh
from .dispatch import evaluate_task, share


@evaluate_task.register
def _(task: BoxTask, images: Sequence[Comparison]) -> dict[str, float]:
    """The mean IoU over labelled images, and COCO's AP of one answer each, all equally certain."""
    predicted, true = (boxes.numpy() for boxes in gather(task, images)[:2])
    ious = [
        float(box_iou(*pair)[0, 0]) for pair in zip(predicted[:, None], true[:, None], strict=True)
    ]
    truth = [_record(i, box, iscrowd=0) for i, box in enumerate(true)]
    detections = [_record(i, box, score=1.0) for i, box in enumerate(predicted)]
    ap = average_precision(truth, detections, [0], 'bbox')
    return dict(IoU=share(sum(ious), len(ious)), mAP=ap['mAP'], mAP_50=ap['mAP_50'])


def _record(image_id: int, corners: np.ndarray, **more: float) -> dict:
    (box,) = to_xywh(corners).tolist()
    return dict(image_id=image_id, category_id=0, bbox=box, area=box[2] * box[3], **more)
