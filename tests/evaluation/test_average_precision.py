"""COCO's average precision from arrays in memory."""

from __future__ import annotations

import math

import pytest

from projects.smn.evaluation.average_precision import average_precision


def _box(x, side=20, **more):
    return dict(image_id=0, category_id=0, bbox=[x, 0, side, side], **more)


def _object(x, side=20, iscrowd=0, **more):
    return dict(_box(x, side), area=side * side, iscrowd=iscrowd, **more)


def _evaluate(truth, detections, categories=(0,)):
    return average_precision(truth, detections, categories, 'bbox')


def test_finding_every_object_exactly_is_one():
    values = _evaluate([_object(0), _object(50)], [_box(0, score=0.3), _box(50, score=0.9)])
    assert values['mAP'] == values['mAP_50'] == values['mAP_75'] == pytest.approx(1)


def test_a_false_positive_counts_only_if_it_is_more_certain():
    truth, right = [_object(0)], _box(0, score=0.5)
    assert _evaluate(truth, [right, _box(99, score=0.4)])['mAP'] == pytest.approx(1)
    assert _evaluate(truth, [right, _box(99, score=0.6)])['mAP'] == pytest.approx(0.5)


def test_finding_nothing_is_zero_where_there_are_objects_and_nan_where_there_are_none():
    values = _evaluate([_object(0)], [])
    assert values['mAP'] == values['mAP_50'] == values['mAP_s'] == 0
    assert math.isnan(values['mAP_l'])


@pytest.mark.parametrize('detections', [[], [_box(0, score=0.5)]])
@pytest.mark.parametrize('truth', [[], [_object(0, iscrowd=1)]])
def test_without_objects_nothing_can_be_measured(truth, detections):
    values = _evaluate(truth, [dict(detection) for detection in detections])
    assert set(values) == {'mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l'}
    assert all(map(math.isnan, values.values()))


@pytest.mark.parametrize(
    ('iou_type', 'names'),
    [
        ('segm', {'mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l'}),
        ('keypoints', {'OKS_AP', 'OKS_AP_50', 'OKS_AP_75'}),
    ],
)
def test_without_images_nothing_can_be_measured(iou_type, names):
    values = average_precision([], [], [0, 1], iou_type, [0.1])
    assert set(values) == names
    assert all(map(math.isnan, values.values()))


def test_without_categories_nothing_can_be_measured():
    assert math.isnan(average_precision([], [], [], 'bbox')['mAP'])


def test_a_detection_in_a_crowd_is_not_counted():
    truth, found = [_object(0)], [_box(0, score=0.5), _box(60, score=0.9)]
    assert _evaluate(truth, [dict(d) for d in found])['mAP'] == pytest.approx(0.5)
    assert _evaluate([*truth, _object(50, 100, iscrowd=1)], found)['mAP'] == pytest.approx(1)


def test_only_the_categories_that_are_asked_for_count():
    truth = [_object(0), dict(_object(50), category_id=1)]
    found = [_box(0, score=0.5)]
    assert _evaluate(truth, [dict(d) for d in found])['mAP'] == pytest.approx(1)
    assert _evaluate(truth, found, (0, 1))['mAP'] == pytest.approx(0.5)


def test_the_arguments_stay_as_they_are_and_nothing_is_printed(capsys):
    truth = [_object(0)]
    _evaluate(truth, [_box(0, score=0.5)])
    assert truth == [_object(0)]
    assert capsys.readouterr().out == ''


def test_further_thresholds_are_reported():
    # An IoU of 0.65 with the only object.
    values = average_precision(
        [_object(0)],
        [dict(_box(0), bbox=[0, 0, 20, 13], score=0.5)],
        [0],
        'bbox',
        ious=(0.6, 0.7),
    )
    found = [values[name] for name in ('mAP_50', 'mAP_60', 'mAP_70')]
    assert found == pytest.approx([1, 1, 0])
    nothing = average_precision([], [], [0], 'bbox', ious=(0.6,))
    assert math.isnan(nothing['mAP_60'])
