"""Metrics of keypoint tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from projects.smn.tasks import KeypointTask

from .average_precision import average_precision
from .dispatch import evaluate_task, labels_of, share
from .image_result import ImageResult, to_xywh

# PCK counts a point as found within this share of the longer side of the object's box.
PCK_RADIUS = 0.1


@evaluate_task.register
def _(task: KeypointTask, images: Sequence[ImageResult]) -> dict[str, float]:
    """COCO's AP by object keypoint similarity; PCK on the objects that were found.

    PCK (Yang and Ramanan 2013): the share of labelled points whose prediction is at most 0.1 of
    the longer side of the object's box away.
    """
    truth, detections, near, found, objects = [], [], [], 0, 0
    for i, image in enumerate(images):
        labelled = (image.truth[task.name][..., 2] > 0).any(-1)
        objects += len(image.objects_of(task, labelled))
        found += len(image.pairs(task, labelled)[0])
        truth.extend(_objects(i, image, task, labelled))
        detections.extend(_detections(i, image, task, labelled))
        near.extend(_near(image, task, labelled))
    values = average_precision(
        truth, detections, len(images), labels_of(task), 'keypoints', task.sigmas
    )
    return {**values, 'PCK': share(sum(near), len(near)), 'matched': share(found, objects)}


def _near(image: ImageResult, task: KeypointTask, labelled: np.ndarray) -> Iterator[bool]:
    """Of each labelled point of a found object, whether it was found too."""
    detections, objects = image.pairs(task, labelled)
    true = image.truth[task.name][objects]
    offsets = image.prediction[task.name][detections][..., :2] - true[..., :2]
    sides = to_xywh(image.truth['bboxes'])[objects, 2:].max(-1, initial=0)
    near = np.linalg.norm(offsets, axis=-1) <= PCK_RADIUS * sides[:, None]
    yield from near[true[..., 2] > 0].tolist()


def _objects(
    image_id: int, image: ImageResult, task: KeypointTask, labelled: np.ndarray
) -> Iterator[dict]:
    boxes = to_xywh(image.truth['bboxes'])
    for g in image.objects_of(task, labelled):
        points = image.truth[task.name][g]
        yield dict(
            image_id=image_id,
            category_id=int(image.truth['labels'][g]),
            bbox=boxes[g].tolist(),
            area=float(image.truth['areas'][g]),
            iscrowd=0,
            keypoints=points.reshape(-1).tolist(),
            num_keypoints=int((points[:, 2] > 0).sum()),
        )


def _detections(
    image_id: int, image: ImageResult, task: KeypointTask, labelled: np.ndarray
) -> Iterator[dict]:
    for d in image.detections_of(task, labelled):
        points = image.prediction[task.name][d]
        yield image.result(image_id, d, keypoints=points.reshape(-1).tolist())
