"""Metrics of the boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .average_precision import average_precision, average_precision_per_class
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
    values = average_precision(*_records(images), range(num_classes), 'bbox', ious=ious)
    objects, found = _counts(images, num_classes)
    return {**values, 'matched': share(found.sum(), objects.sum())}


def evaluate_boxes_per_class(
    images: Sequence[Comparison], num_classes: int
) -> list[dict[str, float]]:
    """The same of the objects and the detections of each class, in the order of the classes."""
    values = average_precision_per_class(*_records(images), range(num_classes))
    matched = map(share, *reversed(_counts(images, num_classes)))
    return [{**v, 'matched': m} for v, m in zip(values, matched, strict=True)]


def _records(images: Sequence[Comparison]) -> tuple[list[dict], list[dict]]:
    """Objects and detections, as :func:`average_precision` takes them."""
    truth, detections = [], []
    for i, image in enumerate(images):
        truth.extend(_objects(i, image))
        truth.extend(_crowds(i, image))
        detections.extend(_detections(i, image))
    return truth, detections


def _counts(images: Sequence[Comparison], num_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """How many objects of each class there are, and how many of them were found, (classes,)."""
    counts = np.zeros((2, num_classes), int)
    for image in images:
        labels = image.objects['labels']
        np.add.at(counts[0], labels, 1)
        np.add.at(counts[1], labels[image.match[image.match >= 0]], 1)
    return counts[0], counts[1]


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
        for box in [EVERYWHERE] if label in image.incomplete else boxes:
            yield dict(
                image_id=image_id, category_id=label, bbox=box, area=box[2] * box[3], iscrowd=1
            )


def _detections(image_id: int, image: Comparison) -> Iterator[dict]:
    for d, box in enumerate(to_xywh(image.detections['bboxes']).tolist()):
        yield image.result(image_id, d, bbox=box)
