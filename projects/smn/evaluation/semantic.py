"""Metrics of semantic maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from mmseg.evaluation.metrics import IoUMetric

from projects.smn.tasks import IGNORED, Fields, SemanticTask, Task

from .comparison import Comparison
from .dispatch import evaluate_task

# What is kept of a map, per class: pixels of the intersection, the union, the prediction, the
# truth. They add up over images, and a test set of maps would not fit in memory.
Areas = np.ndarray


def map_areas(predicted: np.ndarray, true: np.ndarray, num_classes: int) -> Areas:
    """Compare two maps (1, H, W) of class indices where ``true`` is labelled: (4, classes)."""
    pair = (torch.as_tensor(np.asarray(values, np.int64)) for values in (predicted, true))
    return torch.stack(IoUMetric.intersect_and_union(*pair, num_classes, IGNORED)).double().numpy()


def maps_to_areas(prediction: Fields, truth: Fields, tasks: Mapping[str, Task]) -> dict[str, Areas]:
    """:func:`map_areas` of every semantic task that the network answers, by name."""
    return {
        name: map_areas(prediction[name], truth[name], len(task.classes))
        for name, task in tasks.items()
        if isinstance(task, SemanticTask) and name in prediction and name in truth
    }


@evaluate_task.register
def _(task: SemanticTask, images: Sequence[Comparison]) -> dict[str, float]:
    """IoU and Dice, and the share of right pixels, over all labelled pixels of all images.

    A class that is neither in the truth nor in any prediction is left out of the means.
    ``mIoU_objects`` and ``mDice_objects`` leave out the background too. Of each class, as
    ``:<class>/IoU`` and ``:<class>/Dice``.
    """
    areas = sum((image.areas[task.name] for image in images), np.zeros((4, len(task.classes))))
    by_class = IoUMetric.total_area_to_metrics(*torch.as_tensor(areas), ['mIoU', 'mDice'])
    objects = [name != task.background for name in task.classes]
    values = {}
    for metric in ('IoU', 'Dice'):
        values[f'm{metric}'] = _mean(by_class[metric])
        values[f'm{metric}_objects'] = _mean(by_class[metric][objects])
    values['pixel_accuracy'] = float(by_class['aAcc'])
    for i, name in enumerate(task.classes):
        row = f':{name.replace("/", "_")}'
        values.update({f'{row}/{metric}': float(by_class[metric][i]) for metric in ('IoU', 'Dice')})
    return values


def _mean(values: np.ndarray) -> float:
    """The mean of what is no NaN; NaN if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float('nan')
