"""The errors of an image: what is named, how much it costs, and in which order."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from scored_images import exact, image_of, make_object, perfect_images, rectangle

from projects.smn.evaluation.errors import find_mistakes, worst_first, write_mistakes


@pytest.fixture
def row():
    return make_object(np.random.default_rng(0), grade=0, colour=0, length=50.0)


def mistakes(objects, detections, **options):
    return find_mistakes(image_of(objects, detections, **options), 0.3)


def named(found):
    return [(mistake.error, mistake.task) for mistake in found]


def test_a_perfect_prediction_has_none():
    assert all(find_mistakes(image, 0.0) == [] for image in perfect_images(0))


def test_what_nobody_found_is_missed_and_what_finds_nothing_is_false(row):
    other = make_object(np.random.default_rng(1), cell=3)
    (missed,) = mistakes([row], [])
    assert (missed.error, missed.expected, missed.score) == ('missed', 'apple', '')
    (false,) = mistakes([], [exact(other)])
    assert (false.error, false.predicted, false.score) == ('false', 'apple', 0.5)
    np.testing.assert_array_equal(false.box, other['bboxes'])


def test_a_network_that_looks_for_no_objects_misses_none(row):
    image = image_of([row], [])
    prediction = replace(image.prediction, objects=None)
    assert find_mistakes(replace(image, prediction=prediction), 0.3) == []


def test_a_second_box_on_an_object_is_a_double(row):
    (double,) = mistakes([row], [exact(row, 0.9), exact(row, 0.6)])
    assert (double.error, double.score) == ('double', 0.6)


def test_another_class_is_one_error_and_not_also_a_miss(row):
    (confused,) = mistakes([row], [exact({**row, 'labels': 1})])
    assert (confused.error, confused.expected, confused.predicted) == ('confused', 'apple', 'pear')


def test_another_class_on_an_object_that_was_found_is_a_double(row):
    found = mistakes([row], [exact(row, 0.9), exact({**row, 'labels': 1}, 0.5)])
    assert named(found) == [('double', '')]


def test_a_detection_below_the_threshold_is_not_looked_at(row):
    assert named(mistakes([row], [exact(row, 0.2)])) == [('missed', '')]


def test_nothing_is_false_where_not_all_is_labelled(row):
    other = make_object(np.random.default_rng(1), cell=3)
    image = image_of([row], [exact(row, 0.9), exact(other, 0.9)], incomplete=(0, 1, 2))
    assert find_mistakes(image, 0.3) == []
    image = image_of([row], [exact({**row, 'labels': 1}, 0.9)], incomplete=(0, 1, 2))
    assert named(find_mistakes(image, 0.3)) == [('confused', '')]  # and not missed


def test_nothing_is_false_of_a_class_of_which_not_all_are_labelled(row):
    apple, pear = (exact({**make_object(np.random.default_rng(1), 3), 'labels': i}) for i in (0, 1))
    (false,) = find_mistakes(image_of([row], [exact(row), apple, pear], incomplete=(0, 2)), 0.3)
    assert (false.error, false.predicted) == ('false', 'pear')


@pytest.mark.parametrize(
    ('change', 'error', 'cost', 'expected', 'predicted'),
    [
        (dict(colour=2), ('wrong', 'colour'), 1.0, 'red', 'blue'),
        (dict(grade=1), ('wrong', 'grade'), 1 / 3, '1', '2'),  # of an ordered scale, one step
        (dict(grade=3), ('wrong', 'grade'), 1.0, '1', '4'),
        (dict(length=60.0), ('off', 'length'), 0.2, '50 mm', '60 mm'),
        (dict(length=500.0), ('off', 'length'), 1.0, '50 mm', '500 mm'),
    ],
)
def test_an_answer_about_an_object_costs_as_much_as_it_is_off(
    row, change, error, cost, expected, predicted
):
    (mistake,) = mistakes([row], [exact({**row, **change})])
    assert (mistake.error, mistake.task) == error
    assert mistake.cost == pytest.approx(cost)
    assert (mistake.expected, mistake.predicted) == (expected, predicted)


def test_masks_and_points_are_measured_against_their_object(row):
    x1, y1, x2, y2 = row['bboxes']
    half = rectangle([x1, y1, (x1 + x2) / 2, y2])
    (mask,) = mistakes([row], [exact({**row, 'mask': half})])
    assert mask.task == 'mask'
    assert mask.cost == pytest.approx(1 / 3, abs=0.03)  # Dice of a half is 2/3
    moved = row['ends'] + np.array([0.5 * max(x2 - x1, y2 - y1), 0, 0])
    (points,) = mistakes([row], [exact({**row, 'ends': moved})])
    assert (points.task, points.cost) == ('ends', pytest.approx(0.5))
    unknown = {**row, 'ends': row['ends'] * [1, 1, 0]}
    assert mistakes([unknown], [exact({**row, 'ends': moved})]) == []


def test_what_is_less_than_a_tenth_off_is_not_worth_a_look(row):
    assert mistakes([row], [exact({**row, 'length': 54.0})]) == []


def test_the_table_has_the_worst_image_first(row, tmp_path):
    bad = replace(image_of([row, make_object(np.random.default_rng(1), 3)], []), name='bad.jpg')
    middling = replace(image_of([row], [exact({**row, 'length': 60.0})]), name='middling.jpg')
    good = replace(image_of([row], [exact(row)]), name='good.jpg')
    found = {image.name: find_mistakes(image, 0.3) for image in (good, middling, bad)}
    assert worst_first(found) == ['bad.jpg', 'middling.jpg']
    write_mistakes(tmp_path / 'errors.csv', found)
    with (tmp_path / 'errors.csv').open() as file:
        rows = list(csv.DictReader(file))
    assert [row['file_name'] for row in rows] == ['bad.jpg', 'bad.jpg', 'middling.jpg']
    assert rows[2]['predicted'] == '60 mm'
    assert float(rows[0]['x2 (px)']) == pytest.approx(row['bboxes'][2], abs=0.06)


def test_no_number_is_as_wrong_as_can_be(row):
    (mistake,) = mistakes([row], [exact({**row, 'length': float('nan')})])
    assert (mistake.task, mistake.cost) == ('length', 1.0)


def test_what_lies_in_a_crowd_is_neither_right_nor_wrong(row):
    x1, y1, x2, y2 = row['bboxes']
    crowd = [[x1 - 5, y1 - 5, x2 + 5, y2 + 5]]
    assert mistakes([row], [exact(row, 0.9), exact(row, 0.6)], ignored=crowd) == []


def test_a_second_detection_of_the_same_wrong_class_is_a_double(row):
    wrong = {**row, 'labels': 1}
    found = mistakes([row], [exact(wrong, 0.9), exact(wrong, 0.6)])
    assert sorted(named(found)) == [('confused', ''), ('double', '')]
