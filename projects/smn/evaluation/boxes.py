"""Metrics of the boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .average_precision import average_precision
from .comparison import Comparison, to_xywh
from .dispatch import share

EVERYWHERE = [-1e6, -1e6, 2e6, 2e6]
"""x, y, width, height of a crowd that covers every image."""


def evaluate_boxes(
    images: Sequence[Comparison], num_classes: int, ious: Sequence[float] = ()
) -> dict[str, float]:
    """COCO's AP of the boxes, and which share of the objects was found at IoU 0.5.

    Args:
        images: Predictions and ground truth.
        num_classes: Of the boxes.
        ious: Further IoU thresholds, see :func:`average_precision`.
    """
    truth, detections = [], []
    for i, image in enumerate(images):
        truth.extend(_objects(i, image))
        truth.extend(_crowds(i, image))
        detections.extend(_detections(i, image))
    values = average_precision(
        truth, detections, len(images), range(num_classes), 'bbox', ious=ious
    )
    found = sum(int((image.match >= 0).sum()) for image in images)
    return {
        **values,
        'matched': share(found, sum(len(image.objects['labels']) for image in images)),
    }


def _objects(image_id: int, image: Comparison) -> Iterator[dict]:
    boxes = to_xywh(image.objects['bboxes'])
    areas = image.objects.get('areas', boxes[:, 2] * boxes[:, 3])
    for box, area, label in zip(boxes, areas, image.objects['labels'], strict=True):
        yield dict(
            image_id=image_id,
            category_id=int(label),
            bbox=box.tolist(),
            area=float(area),
            iscrowd=0,
        )


def _crowds(image_id: int, image: Comparison) -> Iterator[dict]:
    """An ignored box excuses detections of every class; a class that is not boxed is one crowd.

    Of a class without a detection on the image, there is nothing to excuse.
    """
    boxes = to_xywh(image.ignored).tolist()
    for label in np.unique(image.detections['labels']).tolist():
        for box in [EVERYWHERE] if label in image.unboxed else boxes:
            yield dict(
                image_id=image_id, category_id=label, bbox=box, area=box[2] * box[3], iscrowd=1
            )


def _detections(image_id: int, image: Comparison) -> Iterator[dict]:
    for d, box in enumerate(to_xywh(image.detections['bboxes']).tolist()):
        yield image.result(image_id, d, bbox=box)
