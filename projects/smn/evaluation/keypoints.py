"""Metrics of keypoint tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from projects.smn.tasks import KeypointTask

from .average_precision import average_precision
from .comparison import Comparison, to_xywh
from .dispatch import evaluate_task, labels_of, share

# PCK counts a point as found within this share of the longer side of the object's box.
PCK_RADIUS = 0.1


@evaluate_task.register
def _(task: KeypointTask, images: Sequence[Comparison]) -> dict[str, float]:
    """COCO's AP by object keypoint similarity; PCK on the objects that were found.

    PCK (Yang and Ramanan 2013): the share of labelled points whose prediction is at most 0.1 of
    the longer side of the object's box away.
    """
    truth, detections, near, found, objects = [], [], [], 0, 0
    for i, image in enumerate(images):
        objects += len(image.objects_of(task))
        found += len(image.pairs(task)[0])
        truth.extend(_objects(i, image, task))
        detections.extend(_detections(i, image, task))
        near.extend(_near(image, task))
    values = average_precision(truth, detections, labels_of(task), 'keypoints', task.sigmas)
    return {**values, 'PCK': share(sum(near), len(near)), 'matched': share(found, objects)}


def _near(image: Comparison, task: KeypointTask) -> Iterator[bool]:
    """Of each labelled point of a found object, whether it was found too."""
    detections, objects = image.pairs(task)
    true = image.objects[task.name][objects]
    offsets = image.detections[task.name][detections][..., :2] - true[..., :2]
    sides = to_xywh(image.objects['bboxes'])[objects, 2:].max(-1, initial=0)
    near = np.linalg.norm(offsets, axis=-1) <= PCK_RADIUS * sides[:, None]
    yield from near[true[..., 2] > 0].tolist()


def _objects(image_id: int, image: Comparison, task: KeypointTask) -> Iterator[dict]:
    boxes = to_xywh(image.objects['bboxes'])
    for g in image.objects_of(task):
        points = image.objects[task.name][g]
        yield dict(
            image_id=image_id,
            category_id=int(image.objects['labels'][g]),
            bbox=boxes[g].tolist(),
            area=float(image.objects['areas'][g]),
            iscrowd=0,
            keypoints=points.reshape(-1).tolist(),
            num_keypoints=int((points[:, 2] > 0).sum()),
        )


def _detections(image_id: int, image: Comparison, task: KeypointTask) -> Iterator[dict]:
    for d in image.detections_of(task):
        points = image.detections[task.name][d]
        yield image.result(image_id, d, keypoints=points.reshape(-1).tolist())
