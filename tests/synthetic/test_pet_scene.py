"""The labels of a synthetic pet follow from what is seen of it, and its picture from its seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from synthetic.pet_body import HEAD_KINDS, KINDS, Part, sample_pet
from synthetic.pet_breeds import BREEDS
from synthetic.pet_raster import rasterize
from synthetic.pet_scene import SIDE_PX, render, trimap_of

SCENES = [(index, breed) for index, breed in enumerate([*BREEDS] * 4)]


@pytest.fixture(scope='module')
def scenes():
    return [render(5, index, breed) for index, breed in SCENES]


def test_same_seed_gives_same_picture_and_another_seed_another():
    picture = render(1, 3, 'pug').photograph
    assert np.array_equal(render(1, 3, 'pug').photograph, picture)
    for other in ((2, 3, 'pug'), (1, 4, 'pug'), (1, 3, 'Siamese')):
        assert not np.array_equal(render(*other).photograph, picture)


def test_picture_mask_and_trimap_have_one_size(scenes):
    for scene in scenes:
        height, width, channels = scene.photograph.shape
        assert channels == 3
        assert scene.photograph.dtype == scene.trimap.dtype == np.uint8
        assert scene.mask.shape == scene.trimap.shape == (height, width)
        assert all(SIDE_PX[0] <= side <= SIDE_PX[1] for side in (height, width))


def test_foreground_lies_within_the_pet_and_background_outside(scenes):
    for scene in scenes:
        assert set(np.unique(scene.trimap)) == {1, 2, 3}
        assert scene.mask[scene.trimap == 1].all()
        assert not scene.mask[scene.trimap == 2].any()


def test_the_border_of_a_trimap_runs_along_the_outline_and_not_along_the_edge_of_the_image():
    mask = np.zeros((100, 200), bool)
    mask[40:, 60:] = True
    trimap = trimap_of(mask)
    assert set(np.unique(trimap)) == {1, 2, 3}
    assert trimap[99, 199] == 1  # the image ends here, the pet does not
    outline = mask ^ (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    assert (trimap[outline] == 3).all()


def test_the_box_of_the_head_is_that_of_its_pixels_which_are_the_pets(scenes):
    for scene in scenes:
        x, y, width, height = cv2.boundingRect(scene.head_mask.astype(np.uint8))
        assert scene.head == (x, y, x + width, y + height)
        assert scene.mask[scene.head_mask].all()
        assert 0.01 < scene.head_mask.mean() < scene.mask.mean()


def test_the_pet_fills_a_fair_part_of_its_picture(scenes):
    shares = np.array([scene.mask.mean() for scene in scenes])
    assert shares.min() > 0.03
    assert shares.max() < 0.9
    assert 0.1 < shares.mean() < 0.5


def test_cats_have_pointed_ears_and_dogs_have_not():
    for breed in BREEDS.values():
        pet = sample_pet(np.random.default_rng(0), breed)
        assert {part.kind for part in pet} <= set(KINDS)
        assert any(part.kind == 'inner_ear' for part in pet) == (breed.species == 'cat')
        assert (breed.ears == 'pointed') == (breed.species == 'cat')


def test_breeds_of_a_species_differ_in_the_colour_of_their_fur():
    for species in ('cat', 'dog'):
        coats = [np.array(b.coat) for b in BREEDS.values() if b.species == species]
        for i, coat in enumerate(coats):
            for other in coats[:i]:
                assert np.abs(coat - other).sum() > 60


@pytest.mark.parametrize('angle', [0.0, 0.7, np.pi / 2])
@pytest.mark.parametrize('taper', [0.0, 0.9])
def test_a_part_is_where_it_says(angle, taper):
    part = Part('body', 100, 80, 0, 40, 20, 20, angle, taper)
    mask = rasterize(np.random.default_rng(0), [part], 160, 200, 0.0).mask
    assert mask[80, 100]
    axis = np.array([np.cos(angle), np.sin(angle)])
    for reach, inside in ((0.9, True), (1.1, False)):
        column, row = (np.array([100, 80]) - reach * 40 * axis).astype(int)
        assert mask[row, column] == inside
    if not taper:
        assert mask.sum() == pytest.approx(np.pi * 40 * 20, rel=0.01)


def test_mirroring_mirrors_the_outline():
    parts = [
        Part('head', 0.2, 0, 0, 0.5, 0.2, 0.2, 0.6, 0.5),
        Part('body', -0.1, 0.3, 0, 0.4, 0.2, 0.2),
    ]
    masks = []
    for mirrored in (False, True):
        placed = [part.placed(60, mirrored, 80, 60) for part in parts]
        masks.append(rasterize(np.random.default_rng(0), placed, 120, 160, 0.0).mask)
    assert np.array_equal(masks[0], masks[1][:, ::-1])


def test_of_two_parts_the_nearer_is_seen_and_normals_point_to_the_viewer():
    behind = Part('body', 50, 50, 0, 40, 30, 10)
    front = Part('head', 50, 50, 30, 10, 10, 10)
    for parts in ([behind, front], [front, behind]):
        raster = rasterize(np.random.default_rng(0), parts, 100, 100, 0.0)
        assert raster.kind[50, 50] == HEAD_KINDS.index('head')
        assert raster.kind[50, 75] == KINDS.index('body')
        assert np.array_equal(raster.head, raster.kind == 0)
        assert (raster.normal[..., 2] > 0).all()
        np.testing.assert_allclose(np.linalg.norm(raster.normal, axis=-1), 1, rtol=1e-5)
