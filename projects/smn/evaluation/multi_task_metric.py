"""All metrics of all tasks, as one metric of mmengine's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmdet.registry import METRICS
from mmengine.evaluator import BaseMetric

from projects.smn.tasks import build_tasks, compress_masks, to_fields

from .boxes import evaluate_boxes
from .dispatch import evaluate_task
from .image_result import EVERYWHERE, ImageResult


@METRICS.register_module()
class MultiTaskMetric(BaseMetric):
    """Scores boxes and every task that the data set declares.

    The test pipeline loads annotations after resizing, as in mmdet, so that ground truth and
    predictions are both in pixels of the original image. What is not labelled is not counted: of an
    image with ``complete: false``, only detections that find a labelled object are.

    Returns flat names: ``bbox/mAP``, ``<task>/<metric>``; see ``docs/metrics.md``.
    """

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        tasks = build_tasks(self.dataset_meta['tasks'], self.dataset_meta['classes'])
        for sample in data_samples:
            ignored = to_fields(sample['ignored_instances']).get('bboxes', np.zeros((0, 4)))
            if not sample.get('complete', True):
                ignored = EVERYWHERE
            self.results.append(
                ImageResult(
                    prediction=compress_masks(to_fields(sample['pred_instances']), tasks),
                    truth=compress_masks(to_fields(sample['gt_instances']), tasks),
                    ignored=np.asarray(ignored),
                )
            )

    def compute_metrics(self, results: list[ImageResult]) -> dict[str, float]:
        classes = self.dataset_meta['classes']
        metrics = {f'bbox/{k}': v for k, v in evaluate_boxes(results, len(classes)).items()}
        for name, task in build_tasks(self.dataset_meta['tasks'], classes).items():
            metrics.update({f'{name}/{k}': v for k, v in evaluate_task(task, results).items()})
        return metrics
