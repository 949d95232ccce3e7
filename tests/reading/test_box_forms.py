"""How the boxes of a file are written: what its outlines and areas show."""

from __future__ import annotations

import random

import pytest

from projects.smn.reading.box_forms import hear

HEIGHT, WIDTH = 480, 640


def square(x0, y0, x1, y1):
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


def record(place, form, outline=None, **more):
    x0, y0, x1, y1 = place
    box = [x0, y0, x1, y1] if form == 'corners' else [x0, y0, x1 - x0, y1 - y0]
    return dict(image_id=1, bbox=box, **({'segmentation': outline} if outline else {}), **more)


def heard(annotations):
    return hear(annotations, {1: (HEIGHT, WIDTH)})


def places(count, seed=0):
    """Some of them at the right or lower border."""
    rng = random.Random(seed)
    for _ in range(count):
        x0, y0 = rng.randint(5, WIDTH - 50), rng.randint(5, HEIGHT - 50)
        x1, y1 = rng.choice([WIDTH, x0 + 40]), rng.choice([HEIGHT, y0 + 30])
        yield x0, y0, x1, y1


@pytest.mark.parametrize('form', ['corners', 'sizes'])
@pytest.mark.parametrize('by', ['outline', 'area'])
def test_a_file_is_of_the_form_in_which_its_boxes_are_written(form, by):
    drawn = [
        record(p, form, square(*p))
        if by == 'outline'
        else record(p, form, area=(p[2] - p[0]) * (p[3] - p[1]))
        for p in places(40)
    ]
    lone = [record(p, form) for p in places(5, seed=1)]
    found = heard(drawn + lone)
    assert found.prove_corners is (form == 'corners')
    assert not found.in_doubt


def test_boxes_that_are_larger_than_their_outlines_are_sizes():
    loose = [record((x, 20, x + 60, 80), 'sizes', square(x + 5, 25, x + 30, 50)) for x in (20, 90)]
    chance = record((10, 10, 40, 40), 'sizes', square(10, 10, 30, 30))
    found = heard([*loose, chance, record((50, 8, 90, 30), 'sizes')])
    assert found.corners == 1
    assert not found.prove_corners
    assert found.in_doubt


def test_boxes_near_the_origin_say_nothing():
    near = [record((2, 2, 30 + i, 30), 'corners', square(2, 2, 30 + i, 30)) for i in range(9)]
    found = heard([*near, record((50, 8, 90, 30), 'sizes')])
    assert (found.corners, found.sizes) == (0, 0)


def test_a_box_that_can_be_no_corners_is_proof_against_them():
    drawn = [record(p, 'corners', square(*p)) for p in places(20)]
    assert heard([*drawn, record((50, 8, 90, 30), 'corners')]).prove_corners
    found = heard([*drawn, record((100, 8, 120, 30), 'sizes')])
    assert not found.prove_corners
    assert found.in_doubt


def test_sound_boxes_with_areas_of_masks_are_hardly_ever_taken_for_corners():
    rng = random.Random(0)
    drawn = []
    for place in places(20_000):
        box = record(place, 'sizes')
        box['area'] = box['bbox'][2] * box['bbox'][3] * rng.uniform(0.3, 0.95)
        drawn.append(box)
    assert not heard(drawn).prove_corners
