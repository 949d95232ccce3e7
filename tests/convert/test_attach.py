"""Labels that were drawn apart come to their object, or are reported and stay absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.attach import Attacher, Part, Point, on_images
from projects.smn.convert.report import Report

ENDS = ['head', 'tail']


def _square(number, x, image_id=1):
    outline = [x, 0, x + 100, 0, x + 100, 100, x, 100]
    placed = {'bbox': [x, 0, 100, 100], 'area': 1e4, 'segmentation': [outline]}
    return {'id': number, 'image_id': image_id, **placed}


@pytest.fixture
def report():
    return Report(Path('labels.json'))


@pytest.fixture
def fruits():
    return [_square(1, 0), _square(2, 200), _square(3, 0, image_id=2)]


@pytest.fixture
def attacher(fruits, report):
    return Attacher(fruits, report)


def _point(label, x, y=50, image_id=1):
    return Point(image_id, label, x, y, 'a.jpg')


def _read(label):
    key, _, value = label.partition('_')
    return key, value


def test_keypoints_come_in_their_order_with_zeros_for_what_is_not_there(attacher, fruits, report):
    attacher.keypoints([_point('tail', 90), _point('head', 10), _point('tail', 305)], ENDS)
    assert fruits[0]['keypoints'] == [10, 50, 2, 90, 50, 2]
    assert fruits[1]['keypoints'] == [0, 0, 0, 305, 50, 2]
    assert [fruit.get('num_keypoints') for fruit in fruits] == [2, 1, None]
    assert 'keypoints' not in fruits[2]
    assert not report.skipped


def test_two_heads_of_one_fruit_are_both_reported_and_its_tail_stays(attacher, fruits, report):
    attacher.keypoints([_point('head', 10), _point('head', 20), _point('tail', 90)], ENDS)
    assert fruits[0]['keypoints'] == [0, 0, 0, 90, 50, 2]
    assert report.skipped == {
        "points 'head' that one object has several of": [
            'head at 10,50 of a.jpg',
            'head at 20,50 of a.jpg',
        ]
    }


@pytest.mark.parametrize(
    ('x', 'why'),
    [
        (500, 'far from the nearest object'),
        (150, 'far from the nearest object'),
        (99, 'in one object and within 2 px of another'),
        (102, 'about equally near to two objects'),
    ],
)
def test_a_point_that_nobody_can_attach_is_reported(attacher, fruits, report, x, why):
    if x in (99, 102):
        attacher.by_image[1].append(_square(4, 100.5 if x == 99 else 104))
    attacher.keypoints([_point('head', x)], ENDS)
    assert report.skipped == {f'points {why}': [f'head at {x},50 of a.jpg']}
    assert not any('keypoints' in fruit for fruit in fruits)


def test_attributes_are_of_the_object_that_contains_the_point(attacher, fruits, report):
    points = [_point('neck_3', 50), _point('neck_1', 250), _point('rot_no', 50, image_id=2)]
    attacher.attributes(points, _read)
    assert [f['attributes'] for f in fruits] == [{'neck': '3'}, {'neck': '1'}, {'rot': 'no'}]
    assert not report.skipped


def test_two_values_of_one_attribute_are_none_and_the_other_attribute_stays(
    attacher, fruits, report
):
    points = [_point('neck_3', 40), _point('neck_4', 60), _point('rating_1', 50)]
    attacher.attributes(points, _read)
    assert fruits[0]['attributes'] == {'rating': '1'}
    [(why, items)] = report.skipped.items()
    assert why == "points that give one object different values of 'neck'"
    assert items == ['neck_3 at 40,50 of a.jpg', 'neck_4 at 60,50 of a.jpg']


def test_the_same_value_twice_is_a_label_and_is_noticed(attacher, fruits, report):
    attacher.attributes([_point('neck_3', 40), _point('neck_3', 60)], _read)
    assert fruits[0]['attributes'] == {'neck': '3'}
    assert len(report.noticed['values given twice, alike']) == 2
    assert not report.skipped


def test_an_attribute_is_never_taken_from_a_point_outside(attacher, fruits, report):
    attacher.attributes([_point('neck_3', 101)], _read)
    assert report.skipped == {'points in no object': ['neck_3 at 101,50 of a.jpg']}
    assert not any('attributes' in fruit for fruit in fruits)


def test_masks_join_their_object_and_several_polygons_are_one_mask(attacher, fruits, report):
    line, other = [10, 10, 20, 10, 20, 90], [60, 10, 70, 10, 70, 90]
    parts = [Part(1, 'spine', line, 'a'), Part(1, 'spine', other, 'b')]
    attacher.masks([*parts, Part(1, 'spine', [120, 0, 180, 0, 150, 90], 'c')])
    assert fruits[0]['masks'] == {'spine': [line, other]}
    assert report.noticed == {'masks of several polygons, joined': ['b']}
    assert report.skipped == {'mask polygons in no object': ['c']}


@pytest.mark.parametrize('polygon', [None, [], [1, 2], [1, 1, 2, 2, 3, 3], [1, 2, 3, 'x', 5, 6]])
def test_a_mask_without_extent_is_reported(attacher, fruits, report, polygon):
    attacher.masks([Part(1, 'spine', polygon, 'a')])
    assert report.skipped == {'mask polygons that are degenerate or malformed': ['a']}
    assert 'masks' not in fruits[0]


def test_labels_of_skipped_images_are_reported(report):
    points = [_point('head', 1), _point('head', 1, image_id=2)]
    assert list(on_images(points, {1}, 'points', report)) == points[:1]
    assert report.skipped == {'points whose image is skipped': ['head at 1,50 of a.jpg']}
