"""Masks of crops, as runs."""

from __future__ import annotations

import numpy as np
import pytest

from projects.smn.tasks import decode_crop, encode_crop, encode_mask


def same_as_on_a_canvas(crop, place, size):
    canvas = np.zeros(size, np.uint8)
    top, left = place
    canvas[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    assert encode_crop(crop, place, size) == encode_mask(canvas)


@pytest.mark.parametrize('seed', range(200))
def test_it_is_the_mask_of_the_whole_image(seed):
    rng = np.random.default_rng(seed)
    size = tuple(rng.integers(1, 12, 2).tolist())
    top, left = (int(rng.integers(0, side + 1)) for side in size)
    bottom, right = int(rng.integers(top, size[0] + 1)), int(rng.integers(left, size[1] + 1))
    crop = rng.random((bottom - top, right - left)) < rng.choice([0, 0.2, 0.5, 0.9, 1])
    same_as_on_a_canvas(crop, (top, left), size)


@pytest.mark.parametrize('value', [False, True])
def test_columns_of_full_height_are_one_run(value):
    same_as_on_a_canvas(np.full((5, 7), value), (0, 0), (5, 7))
    same_as_on_a_canvas(np.full((5, 3), value), (0, 2), (5, 7))
    same_as_on_a_canvas(np.full((5, 3), value), (0, 4), (5, 7))


def test_a_large_image_costs_no_more_than_its_crop():
    rle = encode_crop(np.ones((10, 10)), (49_990, 49_990), (50_000, 50_000))
    assert rle['size'] == [50_000, 50_000]
    assert len(rle['counts']) < 100


@pytest.mark.parametrize('seed', range(200))
def test_its_inverse_is_the_box_of_the_mask(seed):
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 90, 2).tolist()
    mask = (rng.random((height, width)) < rng.choice([0, 0.02, 0.5, 0.98, 1])).astype(np.uint8)
    mask[: int(rng.integers(height + 1))] = 0
    mask[:, : int(rng.integers(width + 1))] = 0
    crop, (top, left) = decode_crop(encode_mask(mask))
    canvas = np.zeros_like(mask)
    canvas[top : top + crop.shape[0], left : left + crop.shape[1]] = crop
    np.testing.assert_array_equal(canvas, mask)
    if mask.any():
        assert crop[[0, -1]].any(1).all()
        assert crop[:, [0, -1]].any(0).all()
    else:
        assert crop.size == 0


def test_long_runs_are_read_too():
    crop = np.ones((1, 2), np.uint8)
    found, place = decode_crop(encode_crop(crop, (9_000, 49_000), (10_000, 50_000)))
    np.testing.assert_array_equal(found, crop)
    assert place == (9_000, 49_000)
