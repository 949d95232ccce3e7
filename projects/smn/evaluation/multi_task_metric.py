"""All metrics of all tasks, as one metric of mmengine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.registry import METRICS
from mmengine.evaluator import BaseMetric

from projects.smn.errors import UserError, listing
from projects.smn.tasks import (
    ClassificationTask,
    Fields,
    Task,
    build_tasks,
    compress_masks,
    tasks_per,
    to_fields,
    to_image_fields,
)

from .boxes import evaluate_boxes
from .confusion import write_confusion
from .dispatch import evaluate_task
from .image_result import EVERYWHERE, ImageResult
from .semantic import maps_to_areas

IOUS = tuple(round(0.5 + 0.05 * i, 2) for i in range(10))  # COCO's


@METRICS.register_module()
class MultiTaskMetric(BaseMetric):
    """Scores boxes and every task that the data set declares.

    The test pipeline loads annotations after resizing, as in mmdet, so that ground truth and
    predictions are both in pixels of the original image. What is not labelled is not counted: of an
    image with ``complete: false``, only detections that find a labelled object are.

    Returns flat names: ``bbox/mAP``, ``<task>/<metric>``, ``<task>:<class>/<metric>``; see
    ``docs/metrics.md``. Of a network that finds no objects, there is no ``bbox``.

    Args:
        box_ious: IoU thresholds at which boxes are scored too, beside 0.5 and 0.75: of 0.55, 0.6,
            and so on to 0.95.
        out_dir: Where to write ``confusion_<task>.csv`` of every classification.
    """

    default_prefix = ''  # names of tasks come first; mmengine warns of a metric without any

    def __init__(
        self,
        *args: Any,
        box_ious: Sequence[float] = (),
        out_dir: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.box_ious = _checked_ious(box_ious)
        self.out_dir = out_dir

    @property
    def _tasks(self) -> dict[str, Task]:
        return build_tasks(self.dataset_meta['tasks'], self.dataset_meta['classes'])

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        tasks = self._tasks
        for sample in data_samples:
            self.results.append(image_result(sample, tasks))

    def compute_metrics(self, results: list[ImageResult]) -> dict[str, float]:
        tasks, metrics = self._tasks, {}
        if not results or any(image.detects for image in results):
            boxes = evaluate_boxes(results, len(self.dataset_meta['classes']), self.box_ious)
            metrics.update({f'bbox/{metric}': value for metric, value in boxes.items()})
        else:
            tasks = tasks_per('image', tasks)
        for name, task in tasks.items():
            for metric, value in evaluate_task(task, results).items():
                # A class of the task has a row of its own.
                key = name + metric if metric.startswith(':') else f'{name}/{metric}'
                metrics[key] = value
            if self.out_dir and isinstance(task, ClassificationTask):
                write_confusion(Path(self.out_dir, f'confusion_{name}.csv'), task, results)
        return metrics


def image_result(sample: Mapping[str, Any], tasks: Mapping[str, Task]) -> ImageResult:
    """What the metrics need of a data sample in the form of a dict."""
    ignored = to_fields(sample['ignored_instances']).get('bboxes', np.zeros((0, 4)))
    if not sample.get('complete', True):
        ignored = EVERYWHERE
    sides = {side: to_image_fields(sample, side) for side in ('pred', 'gt')}
    areas = maps_to_areas(sides['pred'], sides['gt'], tasks)
    whole = {side: _without(fields, areas) for side, fields in sides.items()}
    return ImageResult(
        prediction=compress_masks(to_fields(sample.get('pred_instances', NOTHING)), tasks),
        truth=compress_masks(to_fields(sample['gt_instances']), tasks),
        ignored=np.asarray(ignored),
        whole_prediction=whole['pred'],
        whole_truth=whole['gt'],
        areas=areas,
        detects='pred_instances' in sample,
    )


NOTHING = dict(bboxes=np.zeros((0, 4)), labels=np.zeros(0, int), scores=np.zeros(0))
"""The detections of a network that detects nothing."""


def _without(fields: Fields, names: Mapping[str, Any]) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}


def _checked_ious(ious: Any) -> tuple[float, ...]:
    known = isinstance(ious, (list, tuple)) and all(iou in IOUS for iou in ious)
    if not known:
        raise UserError(f'box_ious must be a list with some of {listing(IOUS, 10)}, not {ious!r}')
    return tuple(ious)
