"""Of a box and an outline that contradict each other, one is believed."""

from __future__ import annotations

import pytest

from projects.smn.reading.outlines import (
    APART,
    BEYOND,
    CORNERS,
    LARGER,
    NO_BOX,
    TOLERANCE_PX,
    true_box,
)

SIZE = (100, 80)
OUTLINE = [10, 10, 30, 20]  # x, y, width, height of what encloses it


@pytest.mark.parametrize('off', [0, TOLERANCE_PX, -TOLERANCE_PX])
def test_a_box_that_fits_is_kept_as_it_is(off):
    box = [10 + off, 10, 30, 20]
    assert true_box(box, OUTLINE, *SIZE) == (box, None)


@pytest.mark.parametrize(
    ('box', 'remark'),
    [
        (None, NO_BOX),
        ([0, 0, 0, 0], NO_BOX),
        ([0.1, 0.125, 0.3, 0.25], NO_BOX),  # in shares of the image
        ([10, 10, -30, 20], NO_BOX),
        ([10, 10, 40, 30], CORNERS),
        ([15, 5, 20, 30], BEYOND),  # before a turn by a right angle
        ([25, 20, 30, 20], BEYOND),  # its centre
        ([200, 200, 30, 20], BEYOND),  # beside the image
    ],
)
def test_an_outline_is_believed_where_its_box_cannot_be(box, remark):
    assert true_box(box, OUTLINE, *SIZE) == (OUTLINE, remark)


def test_a_box_that_holds_more_than_the_outline_is_kept():
    box = [5, 5, 50, 40]
    assert true_box(box, OUTLINE, *SIZE) == (box, LARGER)


def test_of_two_places_that_do_not_touch_none_is_believed():
    assert true_box([60, 50, 20, 20], OUTLINE, *SIZE) == (None, APART)


@pytest.mark.parametrize('outline', [None, [200, 200, 10, 10]])
def test_without_an_outline_on_the_image_the_box_is_all_there_is(outline):
    assert true_box([1, 2, 3, 4], outline, *SIZE) == ([1, 2, 3, 4], None)
    assert true_box(None, outline, *SIZE) == (None, None)


def test_what_reaches_out_of_the_image_is_not_compared():
    assert true_box([90, 60, 10, 20], [90, 60, 50, 50], *SIZE) == ([90, 60, 10, 20], None)
    assert true_box([90, 60, 50, 50], [90, 60, 10, 20], *SIZE) == ([90, 60, 50, 50], None)


@pytest.mark.parametrize('corners', [[40, 30, 100, 80], [90, 10, 100, 40], [5, 60, 30, 80]])
def test_corners_at_the_border_are_corners_and_no_box_that_is_cut_there(corners):
    x0, y0, x1, y1 = corners
    place = [x0, y0, x1 - x0, y1 - y0]
    assert true_box(corners, place, *SIZE) == (place, CORNERS)
    assert true_box(place, place, *SIZE) == (place, None)
