"""The same metrics, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from projects.smn.tasks import ClassificationTask, Task

from .boxes import evaluate_boxes_per_class
from .comparison import Comparison
from .confusion import confusion_matrix
from .dispatch import evaluate_task, share


def boxes_per_class(images: Sequence[Comparison], classes: Sequence[str]) -> dict[str, float]:
    """``bbox:<class>/<metric>`` of each class of the objects."""
    return {
        f'bbox:{_safe(name)}/{metric}': value
        for name, found in zip(classes, evaluate_boxes_per_class(images, len(classes)), strict=True)
        for metric, value in found.items()
    }


def per_class(task: Task, images: Sequence[Comparison]) -> dict[str, float]:
    """``:<class>/<metric>``: of the classes of a classification, else of the objects' classes.

    Of a task that asks about one class of objects alone, or about the whole image, nothing.
    """
    if isinstance(task, ClassificationTask):
        return _of_own_classes(task, images)
    if task.per == 'image' or len(task.of) < 2:
        return {}
    return {
        f':{_safe(name)}/{metric}': value
        for name in task.of
        for metric, value in evaluate_task(
            task, of_class(images, task.dataset_classes.index(name))
        ).items()
    }


def _of_own_classes(task: ClassificationTask, images: Sequence[Comparison]) -> dict[str, float]:
    """Precision, recall and F1 of each class, and how many of its labels were found."""
    matrix, values = confusion_matrix(task, images), {}
    for index, name in enumerate(task.classes):
        right, true, said = matrix[index, index], matrix[index].sum(), matrix[:, index].sum()
        row = f':{_safe(name)}'
        values[f'{row}/precision'] = share(right, said)
        values[f'{row}/recall'] = share(right, true)
        values[f'{row}/F1'] = share(2 * right, true + said)
        values[f'{row}/labels'] = float(true)
    return values


def of_class(images: Sequence[Comparison], label: int) -> list[Comparison]:
    """The images with the objects and the detections of one class alone."""
    found = []
    for image in images:
        truth = image.truth[np.flatnonzero(image.truth.labels == label)]
        prediction = image.prediction
        if prediction.objects is not None:
            prediction = prediction[np.flatnonzero(prediction.labels == label)]
        found.append(replace(image, truth=truth, prediction=prediction))
    return found


def _safe(name: str) -> str:
    return name.replace('/', '\N{DIVISION SLASH}')  # one slash parts task and metric
