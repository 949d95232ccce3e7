"""The labels of a warehouse follow from what is seen of it, and its picture from its seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from synthetic.warehouse_camera import WarehouseCamera, rotation
from synthetic.warehouse_faces import Faces
from synthetic.warehouse_hall import rails
from synthetic.warehouse_layout import sample_layout
from synthetic.warehouse_person import HEIGHT_M, person
from synthetic.warehouse_raster import rasterize
from synthetic.warehouse_scene import (
    CLASSES,
    LABELS,
    LEAST_VISIBLE,
    render,
    seen_objects,
)
from synthetic.warehouse_shapes import Box, Finish, Thing, ball, limb

SIZE = (160, 120)
GREY = Finish((128, 128, 128))


@pytest.fixture(scope='module')
def rasters():
    """Twenty scenes, unpainted, with their things."""
    found = []
    for index in range(20):
        rng = np.random.default_rng([3, index])
        _, start, things = sample_layout(rng)
        found.append((rasterize(things, WarehouseCamera.sample(rng, 640, 480, start)), things))
    return found


def camera(width=320, height=240, focal=200.0, high=1.0) -> WarehouseCamera:
    """Level, and along z."""
    return WarehouseCamera(width, height, focal, np.array([0.0, high, 0.0]), rotation(0, 0, 0))


def block(label: str, z: float, size=(1.0, 1.0, 1.0), y=1.0, x=0.0) -> Thing:
    """A box whose front is at ``z``."""
    return Thing(label, [Box((x, y, z + size[2] / 2), size, GREY)])


def seen(*things: Thing, at: WarehouseCamera | None = None) -> np.ndarray:
    """Index of the thing at each pixel; -1 is nothing."""
    return rasterize(things, at or camera()).thing_map()


# Pictures


def test_same_seed_gives_same_picture_and_another_seed_another():
    scene = render(1, 0, 3, SIZE)
    again = render(1, 0, 3, SIZE)
    assert np.array_equal(scene.photograph, again.photograph)
    assert np.array_equal(scene.semantic, again.semantic)
    assert scene.objects == again.objects
    for other in ((2, 0, 3), (1, 1, 3), (1, 0, 4)):
        assert not np.array_equal(render(*other, SIZE).photograph, scene.photograph)


@pytest.mark.parametrize('size', [(160, 120), (90, 130)])
def test_picture_and_map_have_the_size_that_was_asked_for(size):
    scene = render(0, 0, 0, size)
    assert scene.photograph.shape == (size[1], size[0], 3)
    assert scene.semantic.shape == (size[1], size[0])
    assert scene.photograph.dtype == scene.semantic.dtype == np.uint8
    assert scene.semantic.max() < len(LABELS)


def test_another_size_shows_the_same_scene():
    small, large = render(0, 0, 1, (160, 120)), render(0, 0, 1, (320, 240))
    shrunk = large.semantic[::2, ::2]
    assert (small.semantic == shrunk).mean() > 0.9


# Labels


def test_every_pixel_shows_something(rasters):
    for raster, _ in rasters:
        assert raster.nearness.min() > 0


def test_all_classes_occur(rasters):
    maps = [{things[number].label for number in np.unique(raster.thing_map())}
            for raster, things in rasters]  # fmt: skip
    assert set.union(*maps) == set(LABELS)
    found = {item.label for raster, things in rasters for item in seen_objects(raster, things)}
    assert found == set(CLASSES)


def test_a_box_is_that_of_the_pixels_that_are_seen(rasters):
    for raster, things in rasters:
        boxes = {(item.label, item.box) for item in seen_objects(raster, things)}
        for number, outline in raster.outlines.items():
            pixels = raster.thing_map() == number
            visible = pixels.sum() / max(outline.sum(), 1)
            box = (things[number].label, cv2.boundingRect(pixels.astype(np.uint8)))
            if min(box[1][2:]) >= 3:
                assert (box in boxes) == (visible >= LEAST_VISIBLE)


def test_an_outline_holds_the_pixels_that_are_seen(rasters):
    for raster, _ in rasters:
        for number, outline in raster.outlines.items():
            assert outline[raster.thing_map() == number].all()


def test_most_objects_are_large_enough_to_be_found(rasters):
    heights = [item.box[3] for raster, things in rasters for item in seen_objects(raster, things)]
    assert len(heights) > 25
    assert np.percentile(heights, 10) > 35
    assert np.median(heights) > 70


@pytest.mark.parametrize(('share', 'boxed'), [(0.5, True), (0.75, True), (0.85, False)])
def test_what_is_hidden_by_more_than_four_fifths_has_no_box_but_is_in_the_map(share, boxed):
    thing, front = block('forklift', 6.0), block('shelf', 3.0, (4.0, 4.0, 0.1), x=-2.0)
    edge = 3.0 / 6.0 * (share - 0.5)  # where the sight line to that share of the thing passes
    front = Thing('shelf', front.boxes, x=edge)
    raster = rasterize([thing, front], camera())
    assert (raster.thing_map() == 0).any()
    found = seen_objects(raster, [thing, front])
    assert bool(found) == boxed
    if boxed:
        assert found[0].visible == pytest.approx(1 - share, abs=0.03)


def test_a_box_ends_at_the_edge_of_the_image():
    things = [block('person', 2.0, x=2.0)]
    [found] = seen_objects(rasterize(things, camera()), things)
    assert found.box[0] + found.box[2] == 320


# Geometry


@pytest.mark.parametrize('distance', [2.0, 5.0, 12.0])
def test_a_thing_is_as_large_as_perspective_says(distance):
    mask = seen(block('shelf', distance, (1.0, 1.0, 1.0))) == 0
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    expected = 200 / distance
    assert width == pytest.approx(expected, abs=1)
    assert height == pytest.approx(expected, abs=1)
    assert x + width / 2 == pytest.approx(160, abs=1)
    assert y + height / 2 == pytest.approx(120, abs=1)


def test_the_nearer_thing_is_seen_whichever_is_drawn_first():
    near, far = block('shelf', 3.0, (0.5, 0.5, 0.1)), block('shelf', 6.0, (2.0, 2.0, 0.1))
    first, second = seen(near, far), seen(far, near)
    assert np.array_equal(first == 0, second == 1)
    assert np.array_equal(first == 1, second == 0)
    assert first[120, 160] == 0


def test_a_ball_covers_a_disc_and_is_nearest_in_its_middle():
    thing = Thing('background', rounds=[ball((0, 1, 10), (1, 1, 1), GREY)])
    raster = rasterize([thing], camera())
    mask = raster.nearness > 0
    assert mask.sum() == pytest.approx(np.pi * 20**2, rel=0.03)
    row, column = np.unravel_index(raster.nearness.argmax(), mask.shape)
    assert np.hypot(row - 119.5, column - 159.5) < 1.5
    assert 1 / raster.nearness.max() == pytest.approx(9.0, abs=0.01)


def test_a_limb_is_as_wide_at_its_ends_as_it_says():
    thing = Thing('background', rounds=[limb((0, 0.5, 5), (0, 1.5, 5), (0.4, 0.2), GREY)])
    widths = (seen(thing) == 0).sum(1)
    rows = np.flatnonzero(widths)
    assert rows[0] == pytest.approx(120 - 0.5 * 40, abs=1.5)
    assert rows[-1] == pytest.approx(120 + 0.5 * 40, abs=1.5)
    assert widths[rows[1]] == pytest.approx(0.4 * 40, abs=1.5)
    assert widths[rows[-2]] == pytest.approx(0.8 * 40, abs=1.5)


def test_a_thing_at_the_camera_is_cut_off_and_not_turned_over():
    """A wall from behind the camera to far ahead, on the left, covers the left half alone."""
    wall = Thing('background', [Box((-1.0, 1, 20), (0.1, 2, 60), GREY)])
    mask = seen(wall) == 0
    assert mask[120, :150].all()
    assert not mask[:, 161:].any()


def test_normals_of_a_box_point_outwards():
    faces = Faces.of([Thing('shelf', [Box((1, 2, 3), (1, 2, 3), GREY)], x=4, z=5, heading=0.7)])
    middle = faces.corners.mean((0, 1))
    outwards = faces.corners.mean(1) - middle
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    np.testing.assert_allclose(faces.normals, outwards, atol=1e-9)


def test_a_person_stands_on_the_floor_and_is_as_tall_as_persons_are():
    for seed in range(8):
        thing = person(np.random.default_rng(seed), 0.0, 8.0, seed)
        rows = np.flatnonzero((seen(thing, at=camera(640, 480, 800.0)) == 0).any(1))
        top, foot = ((240 - row) * 8.0 / 800 + 1.0 for row in (rows[0], rows[-1]))
        assert abs(foot) < 0.12
        assert HEIGHT_M[0] - 0.12 < top < HEIGHT_M[1] + 0.12


def test_rails_run_together_with_the_distance():
    rng, checked = np.random.default_rng(0), 0
    for _ in range(20):
        track = rails(rng, -3, 3, 25)
        gaps = [_gap(row) for row in (seen(track) == 0)[[235, 200, 170, 150]]]
        gaps = [gap for gap in gaps if gap]
        if track.heading < 0.5 and len(gaps) > 1:  # not those across the aisle
            assert gaps == sorted(gaps, reverse=True)
            checked += 1
    assert checked >= 5


def _gap(row: np.ndarray) -> int:
    """Pixels between two rails that a row of the image crosses; 0 where it does not."""
    steps = np.diff(np.flatnonzero(row))
    return int(steps.max()) if (steps > 1).sum() == 1 else 0
