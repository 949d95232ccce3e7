"""Prediction and ground truth of one image, and which objects belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools import mask as mask_utils

from projects.smn.tasks import Answers, Fields, Task

MATCH_IOU = 0.5

NOTHING = dict(bboxes=np.zeros((0, 4)), labels=np.zeros(0, int), scores=np.zeros(0))
"""The detections of a network that detects nothing."""


@dataclass
class Comparison:
    """What a metric needs of one image. Masks are RLE, everything else NumPy arrays.

    Args:
        prediction: What the network says, D detections; without semantic maps.
        truth: The labels, G objects.
        ignored: Boxes (I, 4) of crowds: a detection in one is not counted.
        incomplete: Indices of the classes of which not every object is boxed: a detection of these
            that found none is not counted.
        areas: How semantic maps compare, see ``maps_to_areas``.
        name: The file of the image.
    """

    prediction: Answers
    truth: Answers
    ignored: np.ndarray
    incomplete: tuple[int, ...] = ()
    areas: dict[str, np.ndarray] = field(default_factory=dict)
    name: str = ''
    match: np.ndarray = field(init=False)
    """(D,): index of the object that each detection found, or -1."""

    def __post_init__(self) -> None:
        self.match = match_boxes(self.detections, self.objects)

    @property
    def detections(self) -> Fields:
        """Fields of the detections; none if the network finds no objects."""
        return NOTHING if self.prediction.objects is None else self.prediction.objects

    @property
    def objects(self) -> Fields:
        """Fields of the labelled objects."""
        return self.truth.objects

    @property
    def excused(self) -> np.ndarray:
        """(D,) bool: detections that are not wrong if they found nothing.

        They are for the larger part in an ignored box, or of an incomplete class.
        """
        ignored = box_iou(self.detections['bboxes'], self.ignored, crowd=True)
        return (ignored >= MATCH_IOU).any(1) | np.isin(self.detections['labels'], self.incomplete)

    def objects_of(self, task: Task) -> np.ndarray:
        """Indices of the objects that count for a task: labelled, and of its classes."""
        return np.flatnonzero(task.labelled(self.objects) & task.applies(self.objects['labels']))

    def detections_of(self, task: Task) -> np.ndarray:
        """Indices of the detections that are right or wrong about a task.

        That is those of the task's classes, but not those that nobody can judge: of an object that
        has no label of the task, or :attr:`excused`.
        """
        labelled = task.labelled(self.objects)
        found_labelled = (self.match >= 0) & np.append(labelled, False)[self.match]
        unlabelled = same_class_iou(self.detections, self.objects)[:, ~labelled]
        counts = found_labelled | ~(self.excused | (unlabelled >= MATCH_IOU).any(1))
        return np.flatnonzero(counts & task.applies(self.detections['labels']))

    def pairs(self, task: Task) -> tuple[np.ndarray, np.ndarray]:
        """Indices of detections, and of the objects that they found, that count for a task."""
        found = np.flatnonzero(np.isin(self.match, self.objects_of(task)))
        return found, self.match[found]

    def result(self, image_id: int, detection: int, **more: Any) -> dict[str, Any]:
        """A detection in COCO's result format, with ``bbox``, ``segmentation`` or ``keypoints``."""
        return dict(
            image_id=image_id,
            category_id=int(self.detections['labels'][detection]),
            score=float(self.detections['scores'][detection]),
            **more,
        )


def match_boxes(prediction: Fields, truth: Fields) -> np.ndarray:
    """Greedy one-to-one matching of detections to objects of the same class, best score first.

    Returns:
        (D,): the object with the highest IoU that is still free, at IoU 0.5 or more; else -1.
    """
    match = np.full(len(prediction['bboxes']), -1)
    iou = same_class_iou(prediction, truth)
    if not iou.size:
        return match
    for detection in np.argsort(-prediction['scores'], kind='stable'):
        best = int(iou[detection].argmax())
        if iou[detection, best] >= MATCH_IOU:
            match[detection] = best
            iou[:, best] = 0
    return match


def same_class_iou(prediction: Fields, truth: Fields) -> np.ndarray:
    """IoU of detections and objects (D, G); 0 for those of different classes."""
    iou = box_iou(prediction['bboxes'], truth['bboxes'])
    return iou * (prediction['labels'][:, None] == truth['labels'][None])


def box_iou(first: np.ndarray, second: np.ndarray, crowd: bool = False) -> np.ndarray:
    """IoU of boxes x1, y1, x2, y2: (D, 4) and (G, 4) to (D, G), by pycocotools.

    Args:
        first: Detections.
        second: Objects.
        crowd: The objects are crowds: the share of the detection's area in them instead.
    """
    iou = mask_utils.iou(to_xywh(first), to_xywh(second), [int(crowd)] * len(second))
    return np.asarray(iou, dtype=np.float64).reshape(len(first), len(second))


def to_xywh(boxes: np.ndarray) -> np.ndarray:
    """Boxes x1, y1, x2, y2 as COCO's x, y, width, height, float64 (N, 4)."""
    boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
