"""Masks as polygons."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.ndimage import binary_fill_holes

from projects.smn.engine.polygons import mask_to_polygons
from projects.smn.tasks import decode_mask

SHAPE = (24, 30)


def _blobs(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    smooth = cv2.GaussianBlur(rng.random(SHAPE), (0, 0), rng.uniform(0.3, 3))
    return smooth > np.quantile(smooth, rng.uniform(0.1, 0.9))


@pytest.mark.parametrize('seed', range(20))
def test_polygons_give_back_the_mask_with_its_holes_filled(seed):
    mask = _blobs(seed)
    again = decode_mask(mask_to_polygons(mask), *SHAPE)
    np.testing.assert_array_equal(again, binary_fill_holes(mask))


@pytest.mark.parametrize(
    'region',
    [np.s_[:, :], np.s_[3:4, 5:6], np.s_[0:1, :], np.s_[:, 29:], np.s_[20:, 0:3]],
    ids=['whole', 'pixel', 'row', 'column', 'corner'],
)
def test_edges_of_the_image_and_thin_things_stay_what_they_are(region):
    mask = np.zeros(SHAPE, bool)
    mask[region] = True
    np.testing.assert_array_equal(decode_mask(mask_to_polygons(mask), *SHAPE), mask)


def test_straight_edges_take_few_points():
    mask = np.zeros(SHAPE, bool)
    mask[4:20, 3:25] = True
    (polygon,) = mask_to_polygons(mask)
    assert len(polygon) <= 16


def test_an_empty_mask_has_no_polygon():
    assert mask_to_polygons(np.zeros(SHAPE, bool)) == []
