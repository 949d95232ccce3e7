"""Masks and semantic maps of a trimap, by the three policies for its border."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from projects.smn.convert.pet.trimaps import (
    BORDER_POLICIES,
    object_mask,
    read_trimap,
    semantic_map,
)
from projects.smn.tasks import IGNORED


@pytest.fixture
def trimap():
    return np.random.default_rng(0).integers(1, 4, (12, 17)).astype(np.uint8)


@pytest.mark.parametrize('border', BORDER_POLICIES)
def test_foreground_and_background_are_the_same_under_every_policy(trimap, border):
    mask, values = object_mask(trimap, border), semantic_map(trimap, border, 7)
    assert mask[trimap == 1].all()
    assert not mask[trimap == 2].any()
    assert (values[trimap == 1] == 7).all()
    assert (values[trimap == 2] == 0).all()


@pytest.mark.parametrize('border', BORDER_POLICIES)
def test_mask_and_map_agree_wherever_the_map_says_something(trimap, border):
    mask, values = object_mask(trimap, border), semantic_map(trimap, border, 37)
    assert ((values == 37) == mask)[values != IGNORED].all()


@pytest.mark.parametrize(
    ('border', 'value'), [('ignore', IGNORED), ('object', 5), ('background', 0)]
)
def test_the_border_is_what_the_policy_says(trimap, border, value):
    assert (semantic_map(trimap, border, 5)[trimap == 3] == value).all()
    assert (object_mask(trimap, border)[trimap == 3] == (border != 'background')).all()


def test_a_trimap_is_read_as_it_was_written_also_with_a_palette(tmp_path, trimap):
    path, image = tmp_path / 'a.png', Image.fromarray(trimap)
    image.save(path)
    assert np.array_equal(read_trimap(path), trimap)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(path)
    assert np.array_equal(read_trimap(path), trimap)


def test_what_is_no_trimap_is_none(tmp_path, trimap):
    path = tmp_path / 'a.png'
    path.write_bytes(b'no image')
    assert read_trimap(path) is None
    for values in (trimap - 1, 80 * trimap, np.stack([trimap] * 3, axis=-1)):
        Image.fromarray(values).save(path)
        assert read_trimap(path) is None
