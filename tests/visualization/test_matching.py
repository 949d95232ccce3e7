"""Which predictions are of which labelled object."""

from __future__ import annotations

import numpy as np
import pytest

from projects.smn.visualization.matching import colours_of_matches


@pytest.mark.parametrize(
    ('found', 'expected'),
    [
        ([[0, 0, 10, 10], [20, 20, 30, 30]], [0, 1]),
        ([[20, 20, 30, 30], [0, 0, 10, 10]], [1, 0]),
        ([[0, 0, 10, 9], [0, 0, 10, 10]], [0, 2]),  # the more certain one has it
        ([[50, 50, 60, 60], [21, 20, 30, 30], [70, 70, 80, 80]], [2, 1, 3]),
        ([], []),
    ],
)
def test_who_found_nothing_has_a_colour_of_its_own(found, expected):
    truth = np.array([[0, 0, 10, 10], [20, 20, 30, 30]], np.float32)
    found = np.array(found, np.float32).reshape(-1, 4)
    assert colours_of_matches(found, truth) == expected
    assert colours_of_matches(found, truth[:0]) == list(range(len(found)))
