"""All metrics of all tasks, as one metric of mmengine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.registry import METRICS
from mmengine.evaluator import BaseMetric

from projects.smn.errors import UserError, listing
from projects.smn.tasks import (
    Answers,
    ClassificationTask,
    Task,
    build_tasks,
    incomplete_classes,
    tasks_per,
    to_fields,
)

from .boxes import evaluate_boxes
from .comparison import Comparison
from .confusion import write_confusion
from .dispatch import evaluate_task
from .errors import Mistake, find_mistakes, worst_first, write_mistakes
from .per_class import boxes_per_class, per_class
from .semantic import maps_to_areas

IOUS = tuple(round(0.5 + 0.05 * i, 2) for i in range(10))  # COCO's


@METRICS.register_module()
class MultiTaskMetric(BaseMetric):
    """Scores boxes and every task that the data set declares.

    The test pipeline loads annotations after resizing, as in mmdet, so that ground truth and
    predictions are both in pixels of the original image. What is not labelled is not counted: of
    the classes for which an image is not complete, only detections that find a labelled object are.

    Returns flat names: ``bbox/mAP``, ``<task>/<metric>``, ``<task>:<class>/<metric>``; see
    ``docs/metrics.md``. Of a network that finds no objects, there is no ``bbox``.

    Args:
        box_ious: IoU thresholds at which boxes are scored too, beside 0.5 and 0.75: of 0.55, 0.6,
            and so on to 0.95.
        out_dir: Where to write ``confusion_<task>.csv`` of every classification, and
            ``errors.csv``.
        per_class: Whether to measure each class of the objects too: ``bbox:<class>/mAP``,
            ``<task>:<class>/<metric>``; and of classifications each of their own classes.
        error_score_thr: Detections with a lower score are not in ``errors.csv``.

    Attributes:
        worst: After an evaluation with ``out_dir``, the images that have errors, the worst first.
    """

    default_prefix = ''  # names of tasks come first; mmengine warns of a metric without any

    def __init__(
        self,
        *args: Any,
        box_ious: Sequence[float] = (),
        out_dir: str | None = None,
        per_class: bool = False,
        error_score_thr: float = 0.3,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.box_ious = _checked_ious(box_ious)
        self.out_dir = out_dir
        self.per_class = per_class
        self.error_score_thr = error_score_thr
        self.worst: list[str] = []

    # Both are one for all images, as each keeps them.
    @cached_property
    def _classes(self) -> tuple[str, ...]:
        return tuple(self.dataset_meta['classes'])

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        return build_tasks(self.dataset_meta['tasks'], self.dataset_meta['classes'])

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            self.results.append(compare(sample, self._classes, self._tasks))

    def compute_metrics(self, results: list[Comparison]) -> dict[str, float]:
        tasks, classes, metrics = self._tasks, self._classes, {}
        detects = not results or any(image.prediction.objects is not None for image in results)
        if detects:
            boxes = evaluate_boxes(results, len(classes), self.box_ious)
            metrics.update({f'bbox/{metric}': value for metric, value in boxes.items()})
            if self.per_class and len(classes) > 1:
                metrics.update(boxes_per_class(results, classes))
        else:
            tasks = tasks_per('image', tasks)
        for name, task in tasks.items():
            found = evaluate_task(task, results)
            if self.per_class:
                found.update(per_class(task, results))
            for metric, value in found.items():
                # A class of the task has a row of its own.
                key = name + metric if metric.startswith(':') else f'{name}/{metric}'
                metrics[key] = value
        if self.out_dir:
            self._write(Path(self.out_dir), tasks, results)
        return metrics

    def _write(
        self, folder: Path, tasks: Mapping[str, Task], results: Sequence[Comparison]
    ) -> None:
        for name, task in tasks.items():
            if isinstance(task, ClassificationTask):
                write_confusion(folder / f'confusion_{name}.csv', task, results)
        mistakes: dict[str, list[Mistake]] = {}
        for image in results:  # one may be there twice
            found = find_mistakes(image, self.error_score_thr)
            mistakes.setdefault(image.name, []).extend(found)
        write_mistakes(folder / 'errors.csv', mistakes)
        self.worst = worst_first(mistakes)


def compare(
    sample: Mapping[str, Any], classes: tuple[str, ...], tasks: Mapping[str, Task]
) -> Comparison:
    """What the metrics need of a data sample in the form of a dict."""
    ignored = to_fields(sample['ignored_instances']).get('bboxes', np.zeros((0, 4)))
    prediction, truth = (Answers.of(sample, side, classes, tasks) for side in ('pred', 'gt'))
    areas = maps_to_areas(prediction.image, truth.image, tasks)
    return Comparison(
        prediction=_without_maps(prediction, areas),
        truth=_without_maps(truth, areas),
        ignored=np.asarray(ignored),
        incomplete=incomplete_classes(sample.get('complete', True), len(classes)),
        areas=areas,
        name=sample.get('img_path') or '',
    )


def _without_maps(answers: Answers, names: Mapping[str, Any]) -> Answers:
    return replace(answers, image={k: v for k, v in answers.image.items() if k not in names})


def _checked_ious(ious: Any) -> tuple[float, ...]:
    known = isinstance(ious, (list, tuple)) and all(iou in IOUS for iou in ious)
    if not known:
        raise UserError(f'box_ious must be a list with some of {listing(IOUS, 10)}, not {ious!r}')
    return tuple(ious)
