"""One box per image: labels, and what is written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from projects.smn.errors import UserError
from projects.smn.tasks import BoxTask


def task(**options):
    return BoxTask(**{'name': 'head', 'dataset_classes': ('pet',), **options})


def test_the_label_is_in_the_boxes_of_the_image_record():
    record = dict(boxes=dict(head=[1, 2, 3, 4], Head=[5, 6, 7, 8]))
    assert task().find_label(record) == [1, 2, 3, 4]
    assert task(source='Head').find_label(record) == [5, 6, 7, 8]


@pytest.mark.parametrize('record', [{}, dict(boxes={}), dict(boxes=None), dict(head=[1, 2, 3, 4])])
def test_an_absent_key_is_no_label(record):
    assert task().find_label(record) is None


def test_boxes_must_map_names():
    with pytest.raises(UserError, match='`boxes` must map'):
        task().find_label(dict(boxes=[1, 2, 3, 4]))


@pytest.mark.parametrize('label', [[10, 20, 30, 40], (10, 20, 30, 40), [10.0, '20', 30, 40]])
def test_a_box_becomes_its_corners(label):
    assert task().parse_label(label) == [10, 20, 40, 60]
    assert task().is_labelled(task().parse_label(label))


@pytest.mark.parametrize('label', [[], ()])
def test_an_empty_box_trains_nothing(label):
    parsed = task().parse_label(label)
    assert len(parsed) == 4
    assert all(map(math.isnan, parsed))
    assert not task().is_labelled(parsed)


@pytest.mark.parametrize(
    'label',
    [
        *([1, 2, 3], [1, 2, 3, 4, 5], 'abcd', 7, {}, [None] * 4, ['a'] * 4),
        *([1, 2, True, 4], [1, 2, math.nan, 4], [math.inf, 2, 3, 4]),
    ],
)
def test_what_is_not_four_numbers_is_refused(label):
    with pytest.raises(UserError, match=r'is not \[x, y, width, height\]'):
        task().parse_label(label)


@pytest.mark.parametrize('label', [[1, 2, 0, 4], [1, 2, 3, -4]])
def test_a_box_without_an_area_is_refused(label):
    with pytest.raises(UserError, match='positive width and height'):
        task().parse_label(label)


def test_a_written_box_reads_as_the_same_box():
    corners = np.array([[3.25, 4.5, 30.75, 41.0]])
    written = task().to_json(dict(head=corners), 0)
    assert written == [3.25, 4.5, 27.5, 36.5]
    assert task().parse_label(written) == corners[0].tolist()


def test_columns_are_the_corners_in_pixels():
    row = task().to_columns(dict(head=np.array([[1.0, 2.04, 3.0, 4.06]])), 0)
    assert row == {'head x1 (px)': 1, 'head y1 (px)': 2, 'head x2 (px)': 3, 'head y2 (px)': 4.1}
    assert list(row) == task().columns()


def test_it_is_about_the_whole_image():
    assert task().per == 'image'
    with pytest.raises(UserError, match='whole image, so it has no `of`'):
        task(of=('pet',))
