"""Metrics of classifications and regressions: of images, or of the objects that were found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torchmetrics.functional import mean_absolute_error, r2_score
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_cohen_kappa,
    multiclass_f1_score,
)

from projects.smn.tasks import ClassificationTask, RegressionTask, Task

from .comparison import Comparison
from .dispatch import evaluate_task, share


@evaluate_task.register
def _(task: ClassificationTask, images: Sequence[Comparison]) -> dict[str, float]:
    """Accuracy and macro F1; for grades also ``within_1`` and quadratic weighted kappa."""
    predicted, true, matched = gather(task, images)
    names = ['accuracy', 'macro_F1'] + (['within_1', 'kappa'] if task.ordinal else [])
    if not len(true):
        return {**dict.fromkeys(names, float('nan')), **matched}
    options = dict(num_classes=len(task.classes))
    values = dict(
        accuracy=multiclass_accuracy(predicted, true, average='micro', **options),
        macro_F1=multiclass_f1_score(predicted, true, average='macro', **options),
    )
    if task.ordinal:
        values['within_1'] = ((predicted - true).abs() <= 1).float().mean()
        values['kappa'] = multiclass_cohen_kappa(predicted, true, weights='quadratic', **options)
    return {**{name: float(value) for name, value in values.items()}, **matched}


@evaluate_task.register
def _(task: RegressionTask, images: Sequence[Comparison]) -> dict[str, float]:
    """MAE in the task's unit, MAE as a share of the mean label, and R2."""
    predicted, true, matched = gather(task, images)
    if not len(true):
        return dict(MAE=float('nan'), relative_MAE=float('nan'), R2=float('nan'), **matched)
    mae = float(mean_absolute_error(predicted, true))
    return dict(
        MAE=mae,
        relative_MAE=share(mae, float(true.abs().mean())),
        R2=_r2(predicted, true),
        **matched,
    )


def _r2(predicted: torch.Tensor, true: torch.Tensor) -> float:
    """R2 on standardised labels; NaN where all labels are the same.

    torchmetrics takes a sum of squares below 1e-4 for zero, whatever the unit, so that R2 would be
    1 for small numbers, such as lengths in metres. R2 itself does not depend on the unit.
    """
    if len(true) < 2 or (true == true[0]).all():
        return float('nan')
    mean, spread = true.mean(), true.std()
    return float(r2_score((predicted - mean) / spread, (true - mean) / spread))


def gather(
    task: Task, images: Sequence[Comparison]
) -> tuple[torch.Tensor, torch.Tensor, dict[str, float]]:
    """Predicted and true values, N each, that can be compared; of any task that has values.

    Returns:
        The field of the task, of the found objects or of the labelled images, (N, ...): float64 if
        they are no whole numbers, else int64. And for objects, under ``matched``, the share that
        was found.
    """
    pairs = [_of_image(task, image) for image in images]
    predicted, true = (_joined([pair[side] for pair in pairs]) for side in (0, 1))
    if task.per == 'image':
        return predicted, true, {}
    counted = sum(len(image.objects_of(task)) for image in images)
    return predicted, true, dict(matched=share(len(true), counted))


def _of_image(task: Task, image: Comparison) -> tuple[np.ndarray, np.ndarray]:
    if task.per == 'image':
        known = task.labelled(image.truth.image)
        return image.prediction.image[task.name][known], image.truth.image[task.name][known]
    detections, objects = image.pairs(task)
    return image.detections[task.name][detections], image.objects[task.name][objects]


def _joined(parts: list[np.ndarray]) -> torch.Tensor:
    values = np.concatenate(parts) if parts else np.zeros(0)
    return torch.as_tensor(values.astype(np.float64 if values.dtype.kind == 'f' else np.int64))
