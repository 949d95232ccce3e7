"""Pictures of anchors."""

from __future__ import annotations

import numpy as np
import torch
from _anchors import rgb_of

from projects.smn.visualization.anchors import draw_layout, draw_matches
from projects.smn.visualization.draw import colour_of

HEIGHT, WIDTH = 200, 260
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
# One level of 2 x 2 cells, one of one cell, two anchors each.
LEVELS = [
    np.float32(
        [[x - s, y - s, x + s, y + s] for y in (80, 160) for x in (60, 180) for s in (12, 18)]
    ),
    np.float32([[90, 70, 170, 150], [70, 90, 190, 130]]),
]


def drawn(picture, box, level):
    """Whether the left side of a box is in the colour of its level."""
    x1, y1, _, y2 = np.int64(box)
    side = picture[y1 + 3 : y2 - 3, x1 - 1 : x1 + 2].astype(int)
    return (abs(side - np.array(colour_of(level))).max(-1) < 40).any(1).mean() > 0.5


def test_the_layout_has_a_panel_per_level_with_the_anchors_of_the_middle_cell():
    picture = draw_layout(IMAGE, LEVELS, [(2, 2), (1, 1)])
    assert picture.shape == (HEIGHT, 2 * WIDTH, 3)
    first, second = picture[:, :WIDTH], picture[:, WIDTH:]
    assert drawn(first, LEVELS[0][6], 0)
    assert drawn(first, LEVELS[0][7], 0)
    assert not drawn(first, LEVELS[0][0], 0)
    assert drawn(second, LEVELS[1][0], 1)


def test_an_odd_number_of_levels_is_filled_up():
    picture = draw_layout(IMAGE, [*LEVELS, LEVELS[1]], [(2, 2), (1, 1), (1, 1)])
    assert picture.shape == (2 * HEIGHT, 2 * WIDTH, 3)
    assert (picture[HEIGHT:, WIDTH:] == 255).all()


def test_only_matched_anchors_are_drawn():
    assigned = np.array([0, 0, 1, -1, 0, 0, 0, 0, 0, 2])
    truth = np.float32([[160, 62, 200, 98], [60, 85, 200, 135]])
    picture = draw_matches(IMAGE, truth, LEVELS, assigned)
    found = [drawn(picture, box, level) for level, boxes in enumerate(LEVELS) for box in boxes]
    assert np.flatnonzero(found).tolist() == np.flatnonzero(assigned > 0).tolist()


def test_an_image_with_colours_of_floats_can_be_shown():
    image = torch.tensor([[[-3.0, 99.6, 300.0]]]).permute(2, 0, 1)  # blue, green, red
    assert rgb_of(dict(inputs=image)).tolist() == [[[255, 100, 0]]]
