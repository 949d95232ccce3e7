"""Boxes and areas of outlines agree with pycocotools; unusable outlines have none."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as rle

from projects.smn.reading.outlines import measure
from projects.smn.tasks import encode_mask

HEIGHT, WIDTH = 240, 320
SQUARE = [2, 2, 12, 2, 12, 12, 2, 12]


def _polygon(seed):
    """A star around the middle of the image, so that its sides do not cross."""
    random = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radii = random.uniform(40, 110, len(angles))
    xs, ys = WIDTH / 2 + radii * np.cos(angles), HEIGHT / 2 + radii * np.sin(angles)
    return np.stack([xs, ys], 1).ravel().tolist()


@pytest.mark.parametrize('seed', range(5))
def test_a_polygon_measures_as_its_pixels_do(seed):
    polygon = _polygon(seed)
    pixels = rle.frPyObjects([polygon], HEIGHT, WIDTH)[0]
    measured = measure([polygon], HEIGHT, WIDTH)
    assert measured.area == pytest.approx(rle.area(pixels), rel=0.02)
    assert measured.box == pytest.approx(rle.toBbox(pixels).tolist(), abs=2)  # sharp tips


@pytest.mark.parametrize('seed', range(5))
def test_compressed_and_plain_rle_measure_alike(seed):
    pixels = rle.frPyObjects([_polygon(seed)], HEIGHT, WIDTH)[0]
    flat = rle.decode(pixels).ravel(order='F')
    edges = np.flatnonzero(np.diff(flat, prepend=0))
    counts = np.diff(edges, prepend=0, append=flat.size).tolist()
    size = [HEIGHT, WIDTH]
    plain = measure({'size': size, 'counts': counts}, HEIGHT, WIDTH)
    compressed = measure({'size': size, 'counts': pixels['counts'].decode()}, HEIGHT, WIDTH)
    assert (plain.box, plain.area) == (compressed.box, compressed.area)
    assert compressed.area == rle.area(pixels)


@pytest.mark.parametrize('seed', range(5))
def test_compressed_rle_that_is_too_short_or_too_long_measures_nothing(seed):
    counts = rle.frPyObjects([_polygon(seed)], HEIGHT, WIDTH)[0]['counts'].decode()
    size = [HEIGHT, WIDTH]
    assert measure({'size': size, 'counts': counts}, *size)
    for wrong in (counts[:-1], counts[: len(counts) // 2], counts[1:], counts + '5', counts + 'P'):
        assert measure({'size': size, 'counts': wrong}, *size) is None


def test_several_polygons_add_up():
    box, area = measure([SQUARE, [20, 2, 24, 2, 24, 12, 20, 12]], HEIGHT, WIDTH)[1:]
    assert (box, area) == ([2, 2, 22, 10], 140)


def test_only_the_sound_polygons_are_left():
    outline = [SQUARE, [1, 1, 2, 2, 3, 3], [1, 2, 3], 'x']
    assert measure(outline, HEIGHT, WIDTH) == ([SQUARE], [2, 2, 10, 10], 100)


@pytest.mark.parametrize(
    'outline',
    [
        [],
        [[2, 2, 9, 9]],
        [[2, 2, 5, 5, 9, 9]],
        [[1, 2, 3]],
        [[2, 2, 12, 2, 12, float('nan')]],
        ['x'],
        7,
        {'size': [HEIGHT, WIDTH], 'counts': [HEIGHT * WIDTH]},
        {'size': [HEIGHT, WIDTH], 'counts': ['x']},
        {'size': [HEIGHT, WIDTH], 'counts': [-1, 5]},
        {'size': [HEIGHT, WIDTH], 'counts': [10, 20, 30]},
        {'size': [HEIGHT, WIDTH], 'counts': [10, 99999999]},
        {'size': [HEIGHT, WIDTH], 'counts': [10, 20.0, HEIGHT * WIDTH - 30]},
        {'size': [HEIGHT, WIDTH], 'counts': []},
        {'size': [HEIGHT, WIDTH], 'counts': ''},
        {'size': [HEIGHT, WIDTH], 'counts': 'garbage'},
        {'size': [HEIGHT, WIDTH], 'counts': 'né'},
        {'size': [9, 9], 'counts': [40, 41]},
    ],
)
def test_an_unusable_outline_measures_nothing(outline):
    assert measure(outline, HEIGHT, WIDTH) is None


def test_a_mask_survives_its_encoding():
    mask = np.random.default_rng(0).random((12, 17)) < 0.3
    encoded = encode_mask(mask)
    assert np.array_equal(rle.decode(encoded), mask)
    assert encoded['size'] == [12, 17]
