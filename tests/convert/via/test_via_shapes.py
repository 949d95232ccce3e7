"""VIA's shapes as outlines: exact where they have corners, right in area where they are round."""

from __future__ import annotations

import math

import numpy as np
import pytest
from labelling import polygon

from projects.smn.convert.via.shapes import is_open, outline_of, place_of
from projects.smn.reading.outlines import measure, polygon_area


@pytest.mark.parametrize('seed', range(5))
def test_a_polygon_comes_back_as_it_was_drawn(seed):
    drawn = np.random.default_rng(seed).integers(0, 2000, 40).tolist()
    assert place_of(polygon(*drawn))['segmentation'] == [drawn]


def test_a_polygon_that_is_closed_by_its_first_corner_keeps_it():
    assert outline_of(polygon(0, 0, 9, 0, 9, 9, 0, 0)) == [0, 0, 9, 0, 9, 9, 0, 0]


@pytest.mark.parametrize('radius', [3, 20, 150, 1000])
def test_a_circle_has_the_area_and_the_box_of_the_formula(radius):
    placed = place_of({'name': 'circle', 'cx': 1200, 'cy': 1100, 'r': radius})
    assert placed['area'] == pytest.approx(math.pi * radius**2, rel=0.1 / radius + 1e-4)
    box = [1200 - radius, 1100 - radius, 2 * radius, 2 * radius]
    assert placed['bbox'] == pytest.approx(box, abs=0.2)


@pytest.mark.parametrize('theta', [None, 0, 0.3, math.pi / 2, -2])
def test_an_ellipse_has_the_area_of_the_formula_at_any_angle(theta):
    shape = {'name': 'ellipse', 'cx': 300, 'cy': 200, 'rx': 120, 'ry': 40, 'theta': theta}
    [outline] = place_of(shape)['segmentation']
    assert polygon_area(outline) == pytest.approx(math.pi * 120 * 40, rel=2e-3)
    # Turned back, every corner is on the curve.
    angle = theta or 0
    x, y = np.array(outline[::2]) - 300, np.array(outline[1::2]) - 200
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    np.testing.assert_allclose((along / 120) ** 2 + (across / 40) ** 2, 1, atol=1e-3)


def test_an_ellipse_turns_clockwise_on_the_screen():
    shape = {'name': 'ellipse', 'cx': 0, 'cy': 0, 'rx': 100, 'ry': 1, 'theta': math.pi / 4}
    x, y = outline_of(shape)[:2]  # the end of the long axis
    assert (x, y) == pytest.approx((70.711, 70.711))


def test_an_ellipse_of_equal_radii_is_the_circle():
    ellipse = {'name': 'ellipse', 'cx': 50, 'cy': 60, 'rx': 20, 'ry': 20}
    assert outline_of(ellipse) == outline_of({'name': 'circle', 'cx': 50, 'cy': 60, 'r': 20})


def test_a_rectangle_is_a_box_and_an_outline_only_if_asked_for():
    shape = {'name': 'rect', 'x': 3, 'y': 4, 'width': 20, 'height': 10}
    assert place_of(shape) == {'bbox': [3, 4, 20, 10], 'area': 200}
    placed = place_of(shape, rect_is_mask=True)
    assert placed['bbox'] == measure(placed['segmentation'], 0, 0).box == [3, 4, 20, 10]
    assert placed['area'] == polygon_area(placed['segmentation'][0]) == 200


@pytest.mark.parametrize(
    ('corners', 'open_'),
    [([0, 0, 9, 0, 9, 9], True), ([0, 0, 9, 0, 9, 9, 0, 0], False), ([0, 0, 9, 9, 1, 1], False)],
)
def test_a_polyline_is_open_when_its_ends_are_apart(corners, open_):
    assert is_open(polygon(*corners, name='polyline')) is open_
    assert is_open(polygon(*corners)) is False
    assert outline_of(polygon(*corners, name='polyline')) == corners


@pytest.mark.parametrize(
    'shape',
    [
        {'name': 'polygon'},
        {'name': 'polygon', 'all_points_x': [1, 2, 3], 'all_points_y': [1, 2]},
        {'name': 'polygon', 'all_points_x': 'abc', 'all_points_y': 'abc'},
        {'name': 'polygon', 'all_points_x': [], 'all_points_y': []},
        {'name': 'circle', 'cx': 1, 'cy': 1},
        {'name': 'circle', 'cx': 1, 'cy': 1, 'r': 0},
        {'name': 'ellipse', 'cx': 1, 'cy': 'a', 'rx': 3, 'ry': 3},
        {'name': 'ellipse', 'cx': 1, 'cy': 1, 'rx': 3, 'ry': 3, 'theta': 'pi'},
        {'name': 'rect', 'x': 1, 'y': 1, 'width': None, 'height': 3},
    ],
)
def test_a_malformed_shape_has_no_place(shape):
    assert place_of(shape) == {}
    assert not is_open(shape)


@pytest.mark.parametrize(
    'shape',
    [
        {'name': 'rect', 'x': 3, 'y': 4, 'width': 20, 'height': 10},
        {'name': 'circle', 'cx': 50, 'cy': 60, 'r': 20},
        {'name': 'ellipse', 'cx': 50, 'cy': 60, 'rx': 20, 'ry': 5, 'theta': 0.5},
        polygon(1, 1, 50, 1, 50, 40),
    ],
)
def test_the_numbers_of_a_shape_may_be_text(shape):
    def as_text(value):
        return list(map(str, value)) if isinstance(value, list) else str(value)

    written = {key: as_text(value) for key, value in shape.items()}
    assert place_of(written) == place_of(shape) != {}


def test_a_polyline_whose_numbers_are_text_is_open_or_not_as_it_is():
    shape = polygon(*map(str, [0, 0, 9, 0, 9, 9]), name='polyline')
    assert is_open(shape)
    assert not is_open(polygon(*map(str, [0, 0, 9, 0, 9, 9, 0, 1]), name='polyline'))


def test_a_degenerate_polygon_has_an_outline_and_no_box():
    assert place_of(polygon(1, 1, 5, 5, 9, 9)) == {'segmentation': [[1, 1, 5, 5, 9, 9]]}


def test_a_circle_as_large_as_a_mistake_is_no_endless_polygon():
    assert len(outline_of({'name': 'circle', 'cx': 0, 'cy': 0, 'r': 1e300})) < 5000
