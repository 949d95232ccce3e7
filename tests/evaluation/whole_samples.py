"""Answers about whole images beside their labels, and their metrics."""

from __future__ import annotations

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from projects.smn.evaluation import MultiTaskMetric
from projects.smn.tasks import IGNORED

CLASSES = ('pet',)
TASKS = dict(
    map=dict(type='SemanticTask', classes=('background', 'fur', 'head', 'tail')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog', 'hare')),
    age=dict(type='ClassificationTask', per='image', classes=(1, 2, 3), ordinal=True),
    weight=dict(type='RegressionTask', per='image', unit='kg'),
    head=dict(type='BoxTask'),
)
NOT_LABELLED = dict(
    map=np.full((1, 9, 12), IGNORED, np.uint8),
    species=np.array([-1]),
    age=np.array([-1]),
    weight=np.array([np.nan]),
    head=np.full((1, 4), np.nan),
)


def fields(seed: int) -> dict[str, np.ndarray]:
    """What may be said, or be true, of an image of 9 x 12 pixels."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 6, 2)
    return dict(
        map=rng.integers(0, 4, (1, 9, 12)).astype(np.uint8),
        species=rng.integers(0, 3, 1),
        age=rng.integers(0, 3, 1),
        weight=rng.uniform(2, 9, 1),
        head=np.concatenate([corner, corner + rng.uniform(2, 3, 2)])[None],
    )


def sample(prediction: dict, truth: dict) -> dict:
    """A data sample as the evaluator hands it on; of a network without detections."""
    result = DetDataSample(gt_instances=_nothing(), ignored_instances=_nothing())
    for side, values in (('pred', prediction), ('gt', truth)):
        tensors = {name: torch.from_numpy(value) for name, value in values.items()}
        maps = {name: tensors.pop(name) for name in list(tensors) if name.startswith('map')}
        if maps:
            result.set_field(PixelData(**maps), f'{side}_sem_seg', dtype=PixelData)
        if tensors:
            result.set_field(InstanceData(**tensors), f'{side}_image', dtype=InstanceData)
    return result.to_dict()


def _nothing() -> InstanceData:
    return InstanceData(bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long))


def metrics_of(samples: list[dict], tasks: dict = TASKS, **options) -> dict[str, float]:
    """All metrics of the samples."""
    metric = MultiTaskMetric(**options)
    metric.dataset_meta = dict(classes=CLASSES, tasks=tasks)
    metric.process({}, samples)
    return metric.compute_metrics(metric.results)
