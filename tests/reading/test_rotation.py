"""A rectangle that was turned lies in the box around it, whatever the angle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from projects.smn.reading.rotation import enclosing_box, turned_by

BOX = [30, 40, 20, 10]


@pytest.mark.parametrize('degrees', [0, 1, 30, 45, 90, 120, 180, 200, 270, 359.5])
def test_the_box_touches_the_corners_on_all_sides(degrees):
    x, y, width, height = BOX
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    centre, angle = corners.mean(0), math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    turned = (corners - centre) @ turn.T + centre
    low, high = turned.min(0), turned.max(0)
    assert enclosing_box(BOX, degrees) == pytest.approx([*low, *(high - low)], abs=2e-3)


@pytest.mark.parametrize('degrees', [0, 180, 360])
def test_half_a_turn_changes_nothing(degrees):
    assert enclosing_box(BOX, degrees) == BOX


@pytest.mark.parametrize(
    ('annotation', 'degrees'),
    [
        ({}, 0),
        ({'attributes': None}, 0),
        ({'attributes': ['rotation']}, 0),
        ({'attributes': {}}, 0),
        ({'attributes': {'rotation': 30}}, 30),
        ({'attributes': {'rotation': '30.5'}}, 0),
        ({'attributes': {'rotation': 30}, 'segmentation': [[]]}, 30),
        ({'attributes': {'rotation': -30}, 'segmentation': []}, 330),
        ({'attributes': {'rotation': 360}}, 0),
        ({'attributes': {'rotation': True}}, 0),
        ({'attributes': {'rotation': 30}, 'segmentation': [[1, 1, 2, 2, 3, 1]]}, 0),
    ],
)
def test_only_a_box_without_an_outline_is_turned_and_by_a_number(annotation, degrees):
    assert turned_by(annotation) == degrees
