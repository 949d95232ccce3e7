"""Metrics of classifications and regressions, on the objects that were found."""

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

from .dispatch import evaluate_task, share
from .image_result import ImageResult


@evaluate_task.register
def _(task: ClassificationTask, images: Sequence[ImageResult]) -> dict[str, float]:
    """Accuracy and macro F1; for grades also ``within_1`` and quadratic weighted kappa."""
    predicted, true, matched = _gather(task, images)
    names = ['accuracy', 'macro_F1'] + (['within_1', 'kappa'] if task.ordinal else [])
    if not len(true):
        return {**dict.fromkeys(names, float('nan')), 'matched': matched}
    options = dict(num_classes=len(task.classes))
    values = dict(
        accuracy=multiclass_accuracy(predicted, true, average='micro', **options),
        macro_F1=multiclass_f1_score(predicted, true, average='macro', **options),
    )
    if task.ordinal:
        values['within_1'] = ((predicted - true).abs() <= 1).float().mean()
        values['kappa'] = multiclass_cohen_kappa(predicted, true, weights='quadratic', **options)
    return {**{name: float(value) for name, value in values.items()}, 'matched': matched}


@evaluate_task.register
def _(task: RegressionTask, images: Sequence[ImageResult]) -> dict[str, float]:
    """MAE in the task's unit, MAE as a share of the mean label, and R2."""
    predicted, true, matched = _gather(task, images)
    if not len(true):
        return dict(MAE=float('nan'), relative_MAE=float('nan'), R2=float('nan'), matched=matched)
    mae = float(mean_absolute_error(predicted, true))
    return dict(
        MAE=mae,
        relative_MAE=share(mae, float(true.abs().mean())),
        R2=_r2(predicted, true),
        matched=matched,
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


def _gather(task: Task, images: Sequence[ImageResult]) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Predicted and true values of the found objects, and the share that was found."""
    predicted, true, counted = [], [], 0
    for image in images:
        values = image.truth[task.name]
        labelled = np.isfinite(values) if values.dtype.kind == 'f' else values >= 0
        detections, objects = image.pairs(task, labelled)
        predicted.extend(image.prediction[task.name][detections].tolist())
        true.extend(values[objects].tolist())
        counted += len(image.objects_of(task, labelled))
    dtype = torch.float64 if isinstance(task, RegressionTask) else torch.long
    matched = share(len(true), counted)
    return torch.tensor(predicted, dtype=dtype), torch.tensor(true, dtype=dtype), matched
