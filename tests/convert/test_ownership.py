"""A point belongs to one object or to none, and near calls are none."""

from __future__ import annotations

import math

import pytest

from projects.smn.convert import ownership
from projects.smn.convert.ownership import (
    distance,
    nearest_to_point,
    owner_of_part,
    owner_of_point,
)


def square(x, y, side, **more):
    outline = [x, y, x + side, y, x + side, y + side, x, y + side]
    placed = {'bbox': [x, y, side, side], 'area': side * side}
    return {**placed, 'segmentation': [outline], **more}


SMALL, LARGE, APART = square(30, 30, 20), square(0, 0, 100), square(200, 0, 100)


@pytest.mark.parametrize('order', [1, -1])
def test_a_point_belongs_to_the_smallest_object_that_contains_it(order):
    things = [SMALL, LARGE, APART][::order]
    assert owner_of_point(things, 40, 40) == (SMALL, '')
    assert owner_of_point(things, 10, 10) == (LARGE, '')
    assert owner_of_point(things, 150, 50) == (None, ownership.NOWHERE)
    assert owner_of_point([], 1, 1) == (None, ownership.NOWHERE)


def test_the_border_is_inside():
    for x, y in ((0, 0), (100, 50), (33.3, 100)):
        assert owner_of_point([LARGE], x, y) == (LARGE, '')


@pytest.mark.parametrize(('side', 'ambiguous'), [(100, True), (141, True), (142, False)])
def test_a_point_in_two_objects_of_similar_size_is_ambiguous(side, ambiguous):
    answer = owner_of_point([LARGE, square(0, 0, side)], 50, 50)
    assert answer == ((None, ownership.TWO_SIZES) if ambiguous else (LARGE, ''))


@pytest.mark.parametrize(('x', 'ambiguous'), [(50, False), (50.9, True), (52, True), (52.1, False)])
def test_a_point_beside_the_border_of_another_object_is_ambiguous(x, ambiguous):
    answer = (None, ownership.NEAR_ANOTHER) if ambiguous else (LARGE if x > 50 else SMALL, '')
    assert owner_of_point([SMALL, LARGE], x, 40) == answer
    assert nearest_to_point([SMALL, LARGE], x, 40, 0.1) == answer


def test_a_point_beside_a_touching_object_is_ambiguous():
    beside = square(100.5, 0, 300)
    assert owner_of_point([LARGE, beside], 99, 50) == (None, ownership.NEAR_ANOTHER)
    assert owner_of_point([LARGE, beside], 98, 50) == (LARGE, '')


def test_distance_is_to_the_nearest_part_of_the_outline():
    assert distance(LARGE, 103, 104) == pytest.approx(5)
    assert distance(LARGE, 50, 50) == 0
    two = {**LARGE, 'segmentation': [*LARGE['segmentation'], *APART['segmentation']]}
    assert distance(two, 190, 50) == pytest.approx(10)


@pytest.mark.parametrize('outline', [{}, {'segmentation': []}, {'segmentation': {'size': [9, 9]}}])
def test_an_object_without_polygon_is_as_large_as_its_box(outline):
    thing = {'bbox': [0, 0, 100, 100], 'area': 1e4, **outline}
    assert distance(thing, 100, 130) == pytest.approx(30)


def test_the_nearest_object_has_a_point_that_is_outside_of_all():
    assert nearest_to_point([LARGE, APART], 103, 50, 0.1) == (LARGE, '')
    assert nearest_to_point([LARGE, SMALL], 40, 40, 0.1) == (SMALL, '')


def test_a_point_outside_that_is_about_as_near_to_another_is_ambiguous():
    neighbour = square(110, 0, 100)
    for x, answer in ((103, LARGE), (104, None), (105, None), (107, neighbour)):
        assert nearest_to_point([LARGE, neighbour], x, 50, 0.1)[0] is answer
    close = square(100.8, 0, 100)
    assert nearest_to_point([LARGE, close], 100.1, 50, 0.1) == (None, ownership.TWO_NEAR)


@pytest.mark.parametrize('reach', [0, 0.1, 0.5])
def test_how_far_a_point_may_be_depends_on_the_size_of_the_object(reach):
    limit = reach * math.hypot(100, 100)
    assert nearest_to_point([LARGE], 100 + 0.99 * limit, 50, reach) == (LARGE, '')
    assert nearest_to_point([LARGE], 100.1 + limit, 50, reach) == (None, ownership.FAR)
    assert nearest_to_point([], 1, 1, reach) == (None, ownership.NOWHERE)


def test_a_part_may_slip_over_the_border():
    corners = [10, 10, 90, 10, 90, 90, 50, 95]
    assert owner_of_part([LARGE, APART], [*corners, 10, 103]) == (LARGE, '')
    assert owner_of_part([LARGE, APART], [*corners, 10, 103, 5, 103])[1] == ownership.NOWHERE
