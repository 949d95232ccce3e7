"""Objects get a sound box and area; where one cannot be placed, its image is not complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.objects import place, place_objects
from projects.smn.convert.report import Report
from projects.smn.errors import UserError

SQUARE = [[2, 2, 12, 2, 12, 12, 2, 12]]
SOUND = {'id': 1, 'image_id': 1, 'segmentation': SQUARE, 'bbox': [2, 2, 10, 10], 'area': 100}


@pytest.fixture
def image():
    return {'id': 1, 'height': 24, 'width': 32}


@pytest.fixture
def report():
    return Report(Path('coco.json'))


def _place_all(annotations, image, report):
    return place_objects({'images': [image], 'annotations': annotations}, {1: image}, report)


def test_a_sound_object_only_gains_iscrowd(image, report):
    assert _place_all([SOUND], image, report) == [{**SOUND, 'iscrowd': 0}]
    assert report == Report(report.source)
    assert 'complete' not in image


def test_placing_changes_neither_its_input_nor_its_own_result(image, report):
    rough = {**SOUND, 'segmentation': [*SQUARE, [1, 1]], 'area': 32 * 24}
    before = dict(rough)
    placed = place(rough, image, report)
    assert rough == before
    assert place(placed, image, report) == placed


@pytest.mark.parametrize('outline', [[[2, 2, 9, 9]], {'size': [9, 9], 'counts': [40, 41]}, 7])
def test_an_object_without_usable_outline_leaves_its_image_not_complete(image, report, outline):
    lost = {**SOUND, 'id': 2, 'segmentation': outline}
    assert [a['id'] for a in _place_all([SOUND, lost], image, report)] == [1]
    assert image['complete'] is False
    assert report.skipped == {'objects with a degenerate or malformed outline': [2]}


@pytest.mark.parametrize('box', [None, [], [1, 2, 3], [1, 1, 0, 5], ['a', 1, 2, 3]])
def test_a_box_alone_must_be_one(image, report, box):
    assert place({'id': 1, 'bbox': box}, image, report) is None
    assert place({**SOUND, 'bbox': box}, image, report)['bbox'] == [2, 2, 10, 10]


@pytest.mark.parametrize(('area', 'kept'), [(49, 100), (51, 51), (199, 199), (201, 100)])
def test_an_area_is_replaced_when_it_is_far_from_the_outline(image, report, area, kept):
    assert place({**SOUND, 'area': area}, image, report)['area'] == kept


def test_an_object_may_fill_little_of_its_box(image, report):
    assert place({'id': 1, 'bbox': [2, 2, 10, 10], 'area': 5}, image, report)['area'] == 5


def test_the_same_object_twice_is_one(image, report):
    others = [{**SOUND, 'id': 2}, {**SOUND, 'id': 3, 'attributes': {'grade': 'A'}}]
    placed = _place_all([SOUND, *others], image, report)
    assert [found['id'] for found in placed] == [1, 3]
    assert report.skipped['objects that are there twice'] == [2]
    assert 'complete' not in image


@pytest.mark.parametrize(
    'change',
    [
        {'bbox': [2.0, '2', 10, 10.0]},
        {'segmentation': [[float(value) for value in SQUARE[0]]]},
        {'area': 100.04, 'iscrowd': 0, 'attributes': {}},
        {'category_id': 9},
    ],
    ids=str,
)
def test_an_object_is_the_same_however_its_values_are_written(image, report, change):
    coco = {
        'images': [image],
        'annotations': [
            {'category_id': 8, **SOUND},
            {'category_id': 8, **SOUND, 'id': 2, **change},
        ],
        'categories': [{'id': 8, 'name': 'leaf'}, {'id': 9, 'name': 'leaf'}],
    }
    assert [found['id'] for found in place_objects(coco, {1: image}, report)] == [1]


@pytest.mark.parametrize(
    ('bbox', 'expected'),
    [
        ([0, 0, 0, 0], [2, 2, 10, 10]),
        ([6, 6, 10, 10], [2, 2, 10, 10]),  # another place
        ([0, 0, 20, 20], [0, 0, 20, 20]),  # with what is hidden
    ],
)
def test_a_box_that_its_outline_contradicts_is_that_of_the_outline(image, report, bbox, expected):
    (placed,) = _place_all([{**SOUND, 'bbox': bbox}], image, report)
    assert placed['bbox'] == expected
    assert list(report.noticed.values()) == [[1]] or report.corrected['boxes computed']


def test_a_box_written_as_corners_is_that_of_the_outline(image, report):
    outline = [[6, 6, 16, 6, 16, 16, 6, 16]]
    (placed,) = _place_all(
        [{**SOUND, 'segmentation': outline, 'bbox': [6, 6, 16, 16]}], image, report
    )
    assert placed['bbox'] == [6, 6, 10, 10]
    assert [what for what in report.noticed if 'corners' in what]


def test_an_object_of_two_places_is_left_out(image, report):
    assert not _place_all([{**SOUND, 'bbox': [20, 15, 8, 6]}], image, report)
    assert image['complete'] is False


@pytest.mark.parametrize('value', ['0', 0.0, False, None])
def test_a_flag_that_says_no_is_none(image, report, value):
    assert _place_all([{**SOUND, 'iscrowd': value}], image, report)[0]['iscrowd'] == 0


@pytest.mark.parametrize('key', ['iscrowd', 'ignore'])
@pytest.mark.parametrize(('value', 'expected'), [('0', 0), ('1', 1), (True, 1), ('false', 0)])
def test_flags_become_numbers(image, report, key, value, expected):
    [placed] = _place_all([{**SOUND, key: value}], image, report)
    assert placed[key] == expected
    assert type(placed[key]) is int


def test_a_flag_that_is_none_is_named(image, report):
    with pytest.raises(UserError, match="object 1: `ignore`: 'maybe' is neither"):
        _place_all([{**SOUND, 'ignore': 'maybe'}], image, report)


def test_numbers_may_be_text(image, report):
    written = {
        'bbox': ['2', '2', '10', '10'],
        'area': '100',
        'segmentation': [[*map(str, *SQUARE)]],
    }
    assert _place_all([{**SOUND, **written}], image, report) == [{**SOUND, 'iscrowd': 0}]
    assert report == Report(report.source)


def test_an_attribute_of_any_name_leaves_the_box_alone(image, report):
    labelled = {'id': 1, 'image_id': 1, 'bbox': [2, 2, 10, 4], 'attributes': {'rotation': 45}}
    [placed] = _place_all([labelled], image, report)
    assert (placed['bbox'], placed['attributes']) == ([2, 2, 10, 4], {'rotation': 45})
