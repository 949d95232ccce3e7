"""Metrics of classifications and regressions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scored_images import (
    CLASSES,
    TASKS,
    exact,
    image_of,
    make_object,
    perfect_images,
    random_images,
)

from projects.smn.errors import UserError
from projects.smn.evaluation import evaluate_task, gather
from projects.smn.tasks import Task


def _found(images, name):
    """Predicted and true values of the found objects that have the task, by a loop of our own."""
    predicted, true = [], []
    for image in images:
        for d, g in enumerate(image.match):
            if g >= 0 and image.objects['labels'][g] < 2:  # plums have no attributes
                predicted.append(image.detections[name][d])
                true.append(image.objects[name][g])
    assert len(true) > 10
    return np.array(predicted), np.array(true)


def _image_with(name, predicted, true):
    """One image in which objects have the values ``true`` and detections say ``predicted``."""
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell, **{name: value}) for cell, value in enumerate(true)]
    detections = [
        {**exact(row), name: value} for row, value in zip(objects, predicted, strict=True)
    ]
    return image_of(objects, detections)


def _f1(predicted, true, label):
    hits = ((predicted == label) & (true == label)).sum()
    precision = hits / max((predicted == label).sum(), 1)
    recall = hits / max((true == label).sum(), 1)
    return 2 * precision * recall / (precision + recall) if hits else 0.0


def _quadratic_kappa(predicted, true):
    """1 minus the observed over the expected disagreement (Cohen 1968)."""
    observed = np.mean((predicted - true) ** 2)
    expected = np.mean((predicted[:, None] - true[None]) ** 2)
    return 1 - observed / expected


@pytest.mark.parametrize('name', ['colour', 'grade'])
@pytest.mark.parametrize('seed', range(3))
def test_accuracy_and_macro_f1_are_those_of_the_textbook(name, seed):
    images = random_images(seed)
    values = evaluate_task(TASKS[name], images)
    predicted, true = _found(images, name)
    assert values['accuracy'] == pytest.approx((predicted == true).mean())
    labels = np.union1d(predicted, true)
    expected = np.mean([_f1(predicted, true, label) for label in labels])
    assert values['macro_F1'] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize('seed', range(3))
def test_kappa_and_within_1_are_those_of_the_textbook(seed):
    images = random_images(seed)
    values = evaluate_task(TASKS['grade'], images)
    predicted, true = _found(images, 'grade')
    assert values['kappa'] == pytest.approx(_quadratic_kappa(predicted, true), abs=1e-6)
    assert values['within_1'] == pytest.approx((abs(predicted - true) <= 1).mean())


def test_macro_f1_is_the_mean_over_the_classes_that_occur():
    image = _image_with('grade', [0, 0, 1], [0, 1, 1])
    assert evaluate_task(TASKS['grade'], [image])['macro_F1'] == pytest.approx(2 / 3)


def test_a_nominal_task_has_no_ordinal_metrics():
    images = random_images(0)
    assert set(evaluate_task(TASKS['colour'], images)) == {'accuracy', 'macro_F1', 'matched'}
    assert set(evaluate_task(TASKS['grade'], images)) == {
        'accuracy', 'macro_F1', 'within_1', 'kappa', 'matched'
    }  # fmt: skip


def test_a_near_miss_costs_less_kappa_than_a_far_one():
    true = [0, 1, 2, 3]
    near = evaluate_task(TASKS['grade'], [_image_with('grade', [1, 1, 2, 3], true)])
    far = evaluate_task(TASKS['grade'], [_image_with('grade', [3, 1, 2, 3], true)])
    assert near['accuracy'] == far['accuracy'] == 0.75
    assert 1 > near['kappa'] > far['kappa']
    assert (near['within_1'], far['within_1']) == (1, 0.75)


@pytest.mark.parametrize('seed', range(3))
def test_regression_metrics_are_those_of_the_textbook(seed):
    images = random_images(seed)
    values = evaluate_task(TASKS['length'], images)
    predicted, true = _found(images, 'length')
    errors = predicted - true
    assert values['MAE'] == pytest.approx(abs(errors).mean())
    assert values['relative_MAE'] == pytest.approx(abs(errors).mean() / true.mean())
    assert values['R2'] == pytest.approx(1 - (errors**2).sum() / ((true - true.mean()) ** 2).sum())


@pytest.mark.parametrize('factor', [1e-4, 1e4])
@pytest.mark.parametrize('offset', [0, 1e3])
def test_r2_depends_neither_on_the_unit_nor_on_its_origin(factor, offset):
    rng = np.random.default_rng(0)
    true = rng.uniform(10, 20, 10)
    predicted = true + rng.normal(0, 2, 10)
    reference = evaluate_task(TASKS['length'], [_image_with('length', predicted, true)])
    moved = _image_with('length', factor * (predicted + offset), factor * (true + offset))
    values = evaluate_task(TASKS['length'], [moved])
    assert values['R2'] == pytest.approx(reference['R2'], abs=1e-6)
    assert values['MAE'] == pytest.approx(factor * reference['MAE'])
    assert 0 < values['R2'] < 0.99


def test_predicting_the_mean_has_r2_zero():
    true = [10.0, 20.0, 60.0]
    values = evaluate_task(TASKS['length'], [_image_with('length', [30.0] * 3, true)])
    assert values['R2'] == pytest.approx(0)


@pytest.mark.parametrize('true', [[12.0], [12.0, 12.0, 12.0]])
def test_r2_of_labels_that_do_not_differ_cannot_be_measured(true):
    values = evaluate_task(TASKS['length'], [_image_with('length', [x + 1 for x in true], true)])
    assert math.isnan(values['R2'])
    assert values['MAE'] == pytest.approx(1)


def test_single_precision_labels_lose_nothing_against_double():
    true = np.linspace(1e4, 1e4 + 1, 9)
    image = _image_with('length', true, true)
    for fields in (image.objects, image.detections):
        fields['length'] = fields['length'].astype(np.float32)
    image.detections['length'][0] += 0.25
    errors, labels = 0.25, image.objects['length'].astype(float)
    expected = 1 - errors**2 / ((labels - labels.mean()) ** 2).sum()
    assert evaluate_task(TASKS['length'], [image])['R2'] == pytest.approx(expected, abs=1e-6)


def test_a_perfect_prediction_is_one_and_has_no_error():
    images = perfect_images(3)
    for name in ('colour', 'grade'):
        values = evaluate_task(TASKS[name], images)
        assert values == pytest.approx(dict.fromkeys(values, 1.0))
    expected = dict(MAE=0, relative_MAE=0, R2=1, matched=1)
    assert evaluate_task(TASKS['length'], images) == pytest.approx(expected)


def test_the_grades_of_a_perfect_prediction_that_are_all_the_same_have_no_kappa():
    values = evaluate_task(TASKS['grade'], [_image_with('grade', [2, 2, 2], [2, 2, 2])])
    assert values['accuracy'] == values['macro_F1'] == values['within_1'] == 1
    assert math.isnan(values['kappa'])


@pytest.mark.parametrize(('name', 'absent'), [('colour', -1), ('grade', -1), ('length', np.nan)])
def test_matched_is_the_share_of_labelled_objects_that_were_found(name, absent):
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell) for cell in range(5)]
    objects[0][name] = absent
    objects[1]['labels'] = 2  # a class without the task
    image = image_of(objects, [exact(row) for row in objects[:3]])
    assert evaluate_task(TASKS[name], [image])['matched'] == pytest.approx(1 / 3)


def test_values_of_any_shape_are_gathered_for_a_kind_of_ones_own():
    class Direction(Task):
        kind = 'direction'
        default_loss = dict(type='L1Loss')

    task = Direction(name='direction', dataset_classes=CLASSES, of=('apple', 'pear'))
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell, label) for cell, label in enumerate([0, 1, 2, 0])]
    image = image_of(objects, [exact(row) for row in objects[:3]])
    image.objects['direction'] = np.float32([[1, 0], [np.nan, np.nan], [0, 1], [0, 1]])
    image.detections['direction'] = np.float32([[0.8, 0.6], [1, 0], [1, 0]])
    predicted, true, matched = gather(task, [image])
    np.testing.assert_allclose(predicted, [[0.8, 0.6]], rtol=1e-6)
    np.testing.assert_array_equal(true, [[1, 0]])
    assert matched == dict(matched=0.5)


def test_a_kind_of_task_without_metrics_is_named():
    class Strange(Task):
        kind = 'strange'
        default_loss = dict(type='L1Loss')

    with pytest.raises(UserError, match=r"task 'odd': how a Strange is measured.*register"):
        evaluate_task(Strange(name='odd', dataset_classes=('apple',)), [])
