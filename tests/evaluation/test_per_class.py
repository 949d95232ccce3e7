"""The rows of the classes agree with those of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from scored_images import CLASSES, TASK_CONFIGS, TASKS, perfect_images, random_images

from projects.smn.evaluation import MultiTaskMetric
from projects.smn.evaluation.confusion import confusion_matrix


@pytest.fixture(params=range(2))
def images(request):
    return random_images(request.param, count=6)


def measured(images):
    metric = MultiTaskMetric(per_class=True)
    metric.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
    return metric.compute_metrics(images)


@pytest.mark.parametrize(
    ('task', 'metric'), [('bbox', 'mAP'), ('bbox', 'mAP_50'), ('mask', 'mAP'), ('core', 'mAP_50')]
)
def test_the_mean_over_the_classes_is_that_of_all(images, task, metric):
    values = measured(images)
    rows = [
        values[f'{task}:{name}/{metric}'] for name in CLASSES if f'{task}:{name}/{metric}' in values
    ]
    assert np.nanmean(rows) == pytest.approx(values[f'{task}/{metric}'])


def test_recall_and_precision_are_those_of_the_confusion_matrix(images):
    values, task = measured(images), TASKS['colour']
    matrix = confusion_matrix(task, images)
    right = sum(
        values[f'colour:{name}/recall'] * values[f'colour:{name}/labels']
        for name in task.classes
        if values[f'colour:{name}/labels']
    )
    assert right == pytest.approx(np.trace(matrix))
    f1 = [values[f'colour:{name}/F1'] for name in task.classes]
    assert np.nanmean(f1) == pytest.approx(values['colour/macro_F1'])


def test_a_perfect_prediction_is_perfect_in_every_class():
    values = measured(perfect_images(0))
    rows = {k: v for k, v in values.items() if ':' in k and not k.endswith(('/labels', '/MAE'))}
    assert len(rows) > 40
    assert all(np.isnan(v) or v == pytest.approx(1) or '_MAE' in k for k, v in rows.items())


def test_they_are_there_only_when_asked_for(images):
    metric = MultiTaskMetric()
    metric.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
    assert not any(':' in key for key in metric.compute_metrics(images))
