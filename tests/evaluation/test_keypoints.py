"""Metrics of keypoint tasks."""

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
    relabelled,
)

from projects.smn.evaluation import evaluate_task

TASK = TASKS['ends']


def _precisions(values):
    return {name: value for name, value in values.items() if name.startswith('OKS')}


def _moved(row, offsets):
    """A detection of an object whose points are ``offsets`` (K, 2) pixels away."""
    points = row['ends'].copy()
    points[:, :2] += offsets
    return {**exact(row), 'ends': points}


@pytest.fixture
def row():
    box = np.array([10.0, 20.0, 50.0, 40.0])  # the longer side is 40: PCK's radius is 4 pixels
    return make_object(np.random.default_rng(0), bboxes=box)


@pytest.mark.parametrize('seed', range(3))
def test_average_precision_is_that_of_pycocotools_on_the_same_files(seed, tmp_path):
    images = random_images(seed)
    values = _precisions(evaluate_task(TASK, images))
    assert 0 < values['OKS_AP'] < values['OKS_AP_50']
    assert values == pytest.approx(coco_scores(images, 'ends', tmp_path), abs=1e-9, nan_ok=True)


def test_average_precision_with_some_points_unlabelled_is_that_of_pycocotools(tmp_path):
    rng = np.random.default_rng(5)
    images = []
    for image in random_images(5):
        points = image.objects['ends'].copy()
        points[:, 0] *= rng.random((len(points), 1)) < 0.5  # the others stay labelled
        images.append(relabelled(image, ends=points))
    values = _precisions(evaluate_task(TASK, images))
    assert values == pytest.approx(coco_scores(images, 'ends', tmp_path), abs=1e-9, nan_ok=True)
    assert values != pytest.approx(_precisions(evaluate_task(TASK, random_images(5))))


def test_a_perfect_prediction_is_one():
    values = evaluate_task(TASK, perfect_images(2))
    assert set(values) == {'OKS_AP', 'OKS_AP_50', 'OKS_AP_75', 'PCK', 'matched'}
    assert values == pytest.approx(dict.fromkeys(values, 1.0))


def test_more_than_twenty_objects_of_an_image_can_be_found():
    rng = np.random.default_rng(0)
    boxes = [np.array([50.0 * i, 0, 50.0 * i + 40, 20]) for i in range(30)]
    rows = [make_object(rng, bboxes=box) for box in boxes]
    values = evaluate_task(TASK, [image_of(rows, [exact(row) for row in rows])])
    assert values['OKS_AP'] == pytest.approx(1)


def test_pck_is_the_share_of_points_within_a_tenth_of_the_longer_side(row):
    detection = _moved(row, [[3.9, 0], [0, -4.1], [2.8, 2.8]])
    values = evaluate_task(TASK, [image_of([row], [detection])])
    assert values['PCK'] == pytest.approx(2 / 3)


def test_pck_of_far_points_is_zero_and_so_is_their_average_precision(row):
    values = evaluate_task(TASK, [image_of([row], [_moved(row, [[500, 500]] * 3)])])
    assert values['PCK'] == values['OKS_AP'] == 0
    assert values['matched'] == 1


def test_points_without_a_label_are_not_compared(row):
    row['ends'][1] = 0
    detection = _moved(row, [[0, 0], [90, 90], [9, 0]])
    values = evaluate_task(TASK, [image_of([row], [detection])])
    assert values['PCK'] == pytest.approx(1 / 2)


def test_covered_points_are_compared_as_visible_ones_are(row):
    detection = _moved(row, [[0, 0], [9, 0], [0, 0]])
    values = []
    for visibility in (1, 2):
        row['ends'][:, 2] = visibility
        values.append(evaluate_task(TASK, [image_of([row], [detection])]))
    assert values[0] == values[1]
    assert values[0]['PCK'] == pytest.approx(2 / 3)


def test_matched_counts_objects_that_were_found_by_their_box(row):
    rng = np.random.default_rng(0)
    objects = [row, make_object(rng, 5, 1), make_object(rng, 6, 2)]
    values = evaluate_task(TASK, [image_of(objects, [exact(row)])])
    assert values['matched'] == 0.5  # the third object's class has no keypoints
    assert values['PCK'] == 1


def test_the_same_error_costs_less_on_a_larger_object(row):
    detection = _moved(row, [[4.0, 0]] * 3)
    values = [
        evaluate_task(TASK, [image_of([{**row, 'areas': area}], [detection])])['OKS_AP']
        for area in (200.0, 800.0, 3200.0)
    ]
    assert values == sorted(values)
    assert values[0] < values[-1]
