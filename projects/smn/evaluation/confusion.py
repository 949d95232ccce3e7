"""Which classes are taken for which."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torchmetrics.functional.classification import multiclass_confusion_matrix

from projects.smn.files import replacing
from projects.smn.tasks import ClassificationTask

from .attributes import gather
from .comparison import Comparison


def confusion_matrix(task: ClassificationTask, images: Sequence[Comparison]) -> np.ndarray:
    """How many objects or images of each class (rows) are taken for which (columns)."""
    predicted, true, _ = gather(task, images)
    if not len(true):
        return np.zeros((len(task.classes),) * 2, int)
    return multiclass_confusion_matrix(predicted, true, len(task.classes)).numpy()


def write_confusion(path: Path, task: ClassificationTask, images: Sequence[Comparison]) -> None:
    """Write the matrix as CSV, true classes down, predicted ones across."""
    with replacing(path) as part, part.open('w', newline='', encoding='utf-8') as file:
        table = csv.writer(file)
        table.writerow(['true / predicted', *task.classes])
        for name, row in zip(task.classes, confusion_matrix(task, images), strict=True):
            table.writerow([name, *row.tolist()])
