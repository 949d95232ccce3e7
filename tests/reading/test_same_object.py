"""What two annotations say is compared, and not how they are written."""

from __future__ import annotations

import pytest

from projects.smn.reading.same_object import found_twice, same_object_key

RUNS = {'size': [4, 4], 'counts': '010'}
OBJECT = {
    'id': 1,
    'image_id': 1,
    'category_id': 2,
    'bbox': [1, 2, 3.5, 4],
    'area': 14,
    'segmentation': [[1, 2, 4.5, 2, 4.5, 6]],
    'attributes': {'neck': '2', 'length': 181.5, 'ripe': True},
    'keypoints': [1, 2, 2],
    'masks': {'spine': RUNS},
}


@pytest.mark.parametrize(
    'change',
    [
        {'id': 7, 'image_id': 9, 'area': 3, 'num_keypoints': 1},
        {'category_id': '2'},
        {'bbox': ['1', 2.0, '3.50', 4]},
        {'segmentation': [['1', 2, 4.5, 2, 4.5, 6]]},
        {'attributes': {'ripe': 'true', 'length': '181.5', 'neck': 2.0, 'size': None, 'note': ''}},
        {'iscrowd': '0', 'ignore': False},
        {'keypoints': (1.0, 2, 2)},
        {'boxes': {}, 'caption': None},
    ],
    ids=str,
)
def test_another_way_to_write_it_is_the_same_object(change):
    assert same_object_key({**OBJECT, **change}) == same_object_key(OBJECT)


@pytest.mark.parametrize(
    'change',
    [
        {'category_id': 3},
        {'bbox': [1, 2, 3, 4]},
        {'segmentation': []},
        {'segmentation': [[1, 2, 4.5, 2, 4.5, 7]]},
        {'attributes': {'neck': '3', 'length': 181.5, 'ripe': True}},
        {'attributes': {}},
        {'keypoints': [1, 2, 1]},
        {'masks': {'spine': []}},
        {'masks': {'spine': {**RUNS, 'counts': '10'}}},
        {'iscrowd': 1},
        {'iscrowd': 'maybe'},
        {'angle': 30},  # a task of somebody's own
    ],
    ids=str,
)
def test_another_value_is_another_object(change):
    assert same_object_key({**OBJECT, **change}) != same_object_key(OBJECT)


def test_an_empty_mask_is_a_label_and_an_absent_one_is_none():
    one, other = ({**OBJECT, 'masks': masks} for masks in ({'spine': []}, {}))
    assert same_object_key(one) != same_object_key(other)


def test_true_is_no_number():
    assert same_object_key({'bbox': [True, 1]}) != same_object_key({'bbox': [1, 1]})


def test_an_object_is_there_twice_on_one_image_only():
    others = [{**OBJECT, 'image_id': 2}, {**OBJECT, 'id': 3}, {**OBJECT, 'bbox': [1, 1, 1, 1]}]
    assert found_twice([OBJECT, *others, {**OBJECT, 'id': 4}]) == {2, 4}


def test_categories_of_one_name_are_one():
    both = [OBJECT, {**OBJECT, 'category_id': 5}]
    assert found_twice(both) == set()
    assert found_twice(both, {2: 'leaf', 5: 'leaf'}) == {1}
    assert found_twice(both, {2: 'leaf', 5: 'stem'}) == set()
