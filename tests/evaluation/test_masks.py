"""Metrics of mask tasks."""

from __future__ import annotations

import numpy as np
import pytest
from coco_files import coco_scores
from scored_images import (
    TASKS,
    exact,
    image_of,
    make_object,
    perfect_images,
    random_images,
    rectangle,
    relabelled,
)

from projects.smn.evaluation import evaluate_task
from projects.smn.evaluation.masks import dice_score
from projects.smn.tasks import encode_mask

NOTHING = rectangle([0, 0, 0, 0])


def _precisions(values):
    return {name: value for name, value in values.items() if name.startswith('mAP')}


def _masks(seed, share):
    return np.random.default_rng(seed).random((9, 11)) < share


@pytest.mark.parametrize('task', ['mask', 'core'])
@pytest.mark.parametrize('seed', range(3))
def test_average_precision_is_that_of_pycocotools_on_the_same_files(task, seed, tmp_path):
    images = random_images(seed)
    values = _precisions(evaluate_task(TASKS[task], images))
    assert 0 < values['mAP'] < values['mAP_50']
    assert values == pytest.approx(coco_scores(images, task, tmp_path), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(('first', 'second'), [(0.5, 0.5), (0.1, 0.9), (0.5, 0), (0, 0.5), (1, 1)])
def test_dice_is_twice_the_common_area_over_the_sum_of_areas(first, second):
    a, b = _masks(1, first), _masks(2, second)
    expected = 2 * (a & b).sum() / (a.sum() + b.sum())
    assert dice_score(encode_mask(a), encode_mask(b)) == pytest.approx(expected, abs=1e-12)


def test_dice_of_two_empty_masks_is_one():
    assert dice_score(NOTHING, NOTHING) == 1


def test_dice_is_averaged_over_the_objects_that_were_found():
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell) for cell in range(3)]
    x1, y1, x2, y2 = objects[1]['bboxes']
    half = rectangle([x1, y1, (x1 + x2) / 2, y2])
    detections = [exact(objects[0]), {**exact(objects[1]), 'mask': half}]
    values = evaluate_task(TASKS['mask'], [image_of(objects, detections)])
    assert values['Dice'] == pytest.approx((1 + dice_score(half, objects[1]['mask'])) / 2)
    assert values['matched'] == pytest.approx(2 / 3)


def test_a_perfect_prediction_is_one():
    for task in ('mask', 'core'):
        values = evaluate_task(TASKS[task], perfect_images(1))
        for name in ('mAP', 'mAP_50', 'mAP_75', 'Dice', 'matched'):
            assert values[name] == pytest.approx(1)


def test_an_empty_mask_is_a_label_that_an_empty_prediction_gets_right():
    rng = np.random.default_rng(0)
    bare, other = make_object(rng, 0, mask=NOTHING), make_object(rng, 1)
    right = [exact(bare, 0.9), exact(other, 0.5)]
    values = evaluate_task(TASKS['mask'], [image_of([bare, other], right)])
    assert values['Dice'] == values['matched'] == 1
    assert values['mAP'] == pytest.approx(1)


def test_a_mask_on_an_object_that_has_none_is_a_false_positive():
    rng = np.random.default_rng(0)
    bare, other = make_object(rng, 0, mask=NOTHING), make_object(rng, 1)
    wrong = [{**exact(bare, 0.9), 'mask': rectangle(bare['bboxes'])}, exact(other, 0.5)]
    values = evaluate_task(TASKS['mask'], [image_of([bare, other], wrong)])
    assert values['Dice'] == 0.5
    assert values['mAP'] == pytest.approx(0.5)


def test_an_empty_prediction_of_a_mask_that_is_there_finds_nothing():
    rng = np.random.default_rng(0)
    row = make_object(rng)
    values = evaluate_task(TASKS['mask'], [image_of([row], [{**exact(row), 'mask': NOTHING}])])
    assert values['Dice'] == values['mAP'] == 0
    assert values['matched'] == 1


def test_the_values_of_unlabelled_masks_do_not_matter():
    image = random_images(0, count=1)[0]
    labelled = image.objects['mask_labelled'].copy()
    labelled[[1, 3]] = False
    masks = [
        m if keep else NOTHING for m, keep in zip(image.objects['mask'], labelled, strict=True)
    ]
    sparse = relabelled(image, mask_labelled=labelled)
    emptied = relabelled(image, mask_labelled=labelled, mask=masks)
    values = evaluate_task(TASKS['mask'], [sparse])
    assert values == pytest.approx(evaluate_task(TASKS['mask'], [emptied]), nan_ok=True)
    assert values != pytest.approx(evaluate_task(TASKS['mask'], [image]), nan_ok=True)
