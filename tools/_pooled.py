"""What all runs of one kind say together: means, matrices, a curve."""

from __future__ import annotations

import csv
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torchmetrics.functional.classification import multiclass_cohen_kappa

from projects.smn.files import replacing


def mean_and_spread(values: Sequence[float | None]) -> tuple[float, float] | None:
    """Mean and standard deviation (of the sample; 0 of one value); None if there is no number."""
    numbers = [v for v in values if v is not None and not math.isnan(v)]
    if not numbers:
        return None
    return statistics.fmean(numbers), statistics.stdev(numbers) if len(numbers) > 1 else 0.0


def written(values: Sequence[float | None]) -> str:
    """Such as ``0.842 ± 0.011``, or ``0.842`` of a single value."""
    found = mean_and_spread(values)
    if found is None:
        return ''
    return f'{found[0]:.3f} ± {found[1]:.3f}' if len(values) > 1 else f'{found[0]:.3f}'


def sum_matrices(folders: Iterable[Path], out: Path) -> dict[str, np.ndarray]:
    """Sum the confusion matrices of several tests, task by task, and write them into ``out``."""
    files: dict[str, list[Path]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.glob('confusion_*.csv')):
            files[path.name].append(path)
    sums = {}
    for name, paths in files.items():
        tables = [list(csv.reader(path.open(newline='', encoding='utf-8'))) for path in paths]
        matrix = sum(np.array([row[1:] for row in table[1:]], int) for table in tables)
        with replacing(out / name) as part, part.open('w', newline='', encoding='utf-8') as file:
            writer = csv.writer(file)
            writer.writerow(tables[0][0])
            for (label, *_), row in zip(tables[0][1:], matrix.tolist(), strict=True):
                writer.writerow([label, *row])
        sums[name.removeprefix('confusion_').removesuffix('.csv')] = matrix
    return sums


def agreement(matrix: np.ndarray, ordinal: bool) -> dict[str, float]:
    """Accuracy and Cohen's kappa of a confusion matrix; for grades ``within_1``, and kappa's
    weights are quadratic, as those of the project's metrics."""
    true, predicted = np.indices(matrix.shape).reshape(2, -1).repeat(matrix.ravel(), axis=1)
    found = dict(accuracy=float((true == predicted).mean()))
    if ordinal:
        found['within_1'] = float((abs(true - predicted) <= 1).mean())
    kappa = multiclass_cohen_kappa(
        torch.from_numpy(predicted),
        torch.from_numpy(true),
        len(matrix),
        weights='quadratic' if ordinal else None,
    )
    return found | dict(kappa=float(kappa))


def draw_curve(
    path: Path, runs: Mapping[str, Mapping[int, Sequence[Mapping[str, float]]]], metrics: Sequence
) -> None:
    """Draw metrics against the number of images, a line for each config and metric.

    Args:
        path: Of the picture.
        runs: Config to number of images to the metrics of its runs.
        metrics: Names of those to draw.
    """
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), constrained_layout=True)
    for config, by_number in runs.items():
        for metric in metrics:
            points = [
                (number, *found)
                for number, several in sorted(by_number.items())
                if (found := mean_and_spread([values.get(metric) for values in several]))
            ]
            if points:
                label = metric if len(runs) == 1 else f'{config}: {metric}'
                x, y, spread = zip(*points, strict=True)
                axes.errorbar(x, y, spread, marker='o', capsize=3, label=label)
    axes.set(xlabel='images to train on', ylabel='on the test images', ylim=(None, 1))
    axes.grid(alpha=0.3)
    axes.legend(fontsize='small')
    figure.savefig(path, dpi=110)
    plt.close(figure)
