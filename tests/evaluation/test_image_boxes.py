"""Metrics of one box per image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_samples import NOT_LABELLED, TASKS, fields, metrics_of, sample

HEAD = dict(head=TASKS['head'])


def scores(*pairs):
    """The metrics of pairs of a predicted and a true box; None is not labelled."""
    samples = [
        sample(
            dict(head=as_field(p)), dict(head=NOT_LABELLED['head'] if t is None else as_field(t))
        )
        for p, t in pairs
    ]
    found = metrics_of(samples, HEAD)
    return {key.removeprefix('head/'): value for key, value in found.items()}


def as_field(box):
    return NOT_LABELLED['head'] if box is None else np.array([box], np.float32)


def iou_by_hand(first, second):
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    both = max(width, 0) * max(height, 0)
    areas = sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (first, second))
    return both / (areas - both)


SQUARE = (10, 10, 20, 20)
SHIFTED = (12, 10, 22, 20)  # IoU 80 / 120


def test_it_is_the_mean_of_the_overlaps():
    pairs = [(SQUARE, SQUARE), (SHIFTED, SQUARE), ((50, 50, 60, 60), SQUARE)]
    found = scores(*pairs)
    assert found['IoU'] == pytest.approx((1 + 2 / 3 + 0) / 3)
    # Of three answers that are equally certain, two are found at 0.5, one at 0.95.
    assert found['mAP'] < found['mAP_50'] < 1


@pytest.mark.parametrize('seed', range(3))
def test_it_is_what_an_independent_computation_gives(seed):
    pairs = [
        (fields(2 * i + 100 * seed)['head'][0], fields(2 * i + 1 + 100 * seed)['head'][0])
        for i in range(6)
    ]
    expected = np.mean([iou_by_hand(*pair) for pair in pairs])
    assert 0 < expected < 1
    assert scores(*pairs)['IoU'] == pytest.approx(expected, abs=1e-5)


def test_boxes_that_are_right_have_one_everywhere():
    assert set(scores((SQUARE, SQUARE), (SHIFTED, SHIFTED)).values()) == {1.0}


def test_images_that_are_not_labelled_are_left_out():
    pairs = [(SHIFTED, SQUARE), (SQUARE, SQUARE)]
    assert scores(pairs[0], (SQUARE, None), pairs[1], (SHIFTED, None)) == scores(*pairs)


def test_nothing_labelled_is_no_number():
    found = scores((SQUARE, None))
    assert set(found) == set(scores((SQUARE, SQUARE)))
    assert all(map(math.isnan, found.values()))


def test_a_box_without_an_area_is_a_miss():
    assert scores(((15, 15, 15, 15), SQUARE))['IoU'] == 0
