"""The labels of a synthetic scene follow from its geometry, and its picture from its seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pycocotools import mask as rle
from synthetic.fruit_coco import (
    COLOR_BOARD,
    CUCUMBER,
    NO_SURFACE,
    object_labels,
    semantic_map,
)
from synthetic.fruit_picture import paint_fruit
from synthetic.fruit_raster import FruitRaster
from synthetic.fruit_scene import SIDE_PX, FruitScene, paint, render
from synthetic.fruit_shape import (
    BEND_JITTER_DEG,
    BEND_STEP_DEG,
    GRADES,
    LENGTH_MM,
    MM_PER_PX,
    NECK_FACTORS,
    FruitShape,
)
from synthetic.fruit_skin import Variety
from synthetic.layout import ends_visible, most_fruits, visible_masks
from synthetic.light import Light

SCENES = 40


@pytest.fixture(scope='module')
def scenes() -> list[FruitScene]:
    return [FruitScene.sample(np.random.default_rng([7, index])) for index in range(SCENES)]


@pytest.fixture(scope='module')
def fruits(scenes) -> list[FruitRaster]:
    return [fruit for scene in scenes for fruit in scene.fruits]


def overlapping_scene() -> FruitScene:
    """A fruit whose tail another one covers."""
    below = FruitShape(1, 1, 150.0, 30.0, 0.0, 0.0, head=(40.3, 60.2))
    above = FruitShape(1, 1, 150.0, 30.0, 0.0, np.pi / 2, head=(below.tail[0] - 2.0, 40.0))
    board = FruitScene.sample(np.random.default_rng(0)).board
    return FruitScene(320, 320, board, [FruitRaster.of(below), FruitRaster.of(above)])


def test_same_seed_gives_same_picture_and_another_seed_another():
    assert np.array_equal(render(1, 0, 3)[1], render(1, 0, 3)[1])
    for other in ((2, 0, 3), (1, 1, 3), (1, 0, 4)):
        assert not np.array_equal(render(1, 0, 3)[1], render(*other)[1])


def test_picture_has_the_size_of_the_scene(scenes):
    picture, _ = paint(np.random.default_rng(0), scenes[0])
    assert picture.shape == (scenes[0].height, scenes[0].width, 3)
    assert picture.dtype == np.uint8


def test_semantic_map_says_what_the_masks_say_and_nothing_of_stems(scenes):
    for scene in scenes:
        surfaces = semantic_map(scene)
        assert surfaces.shape == (scene.height, scene.width)
        masks = visible_masks(scene.fruits, scene.height, scene.width)
        assert np.array_equal(surfaces == CUCUMBER, np.any(masks, axis=0))
        board = scene.board.mask(scene.height, scene.width)
        assert np.array_equal(surfaces == COLOR_BOARD, board)
        stems = [fruit.on_image(fruit.stem, *surfaces.shape) for fruit in scene.fruits]
        assert np.any(stems, axis=0)[surfaces == NO_SURFACE].all()
        assert set(np.unique(surfaces)) == {0, CUCUMBER, COLOR_BOARD, NO_SURFACE}


def test_image_sides_and_number_of_fruits_stay_in_their_range(scenes):
    for scene in scenes:
        for side in (scene.height, scene.width):
            assert SIDE_PX[0] <= side <= SIDE_PX[1]
            assert side % 16 == 0
        assert 1 <= len(scene.fruits) <= most_fruits(scene.height, scene.width) <= 8


def test_length_is_the_arc_length_of_the_centre_line(fruits):
    for fruit in fruits:
        arc = np.linalg.norm(np.diff(fruit.shape.centre_line, axis=0), axis=1).sum()
        assert arc * MM_PER_PX == pytest.approx(fruit.shape.length_mm, abs=1e-6)
        assert LENGTH_MM[0] <= fruit.shape.length_mm <= LENGTH_MM[1]


def test_rating_follows_from_the_end_tangents(fruits):
    for fruit in fruits:
        steps = np.diff(fruit.shape.centre_line, axis=0)
        angle = np.rad2deg(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
        bend = abs(angle[-1] - angle[0])
        assert round(bend / BEND_STEP_DEG) + 1 == fruit.shape.rating
        assert abs(bend - (fruit.shape.rating - 1) * BEND_STEP_DEG) < BEND_JITTER_DEG + 0.5


def test_neck_follows_from_the_width_of_the_mask_near_the_head(fruits):
    for fruit in fruits:
        ratio = _width(fruit, 0.2, 0.33) / _width(fruit, 0.64, 0.7)
        grade = min(GRADES, key=lambda grade: abs(NECK_FACTORS[grade] - ratio))
        assert grade == fruit.shape.neck


def _width(fruit: FruitRaster, start: float, stop: float) -> float:
    """Mean width of the mask between two fractions of the length, probed with normals."""
    shape, widths = fruit.shape, []
    across = np.arange(-25, 25, 0.1)
    for u in np.linspace(start, stop, 8):
        index = round(u * (len(shape.centre_line) - 1))
        angle = shape.tangent_angle(u * shape.length_px) + np.pi / 2
        probe = shape.centre_line[index] + across[:, None] * [np.cos(angle), np.sin(angle)]
        columns, rows = np.floor(probe).astype(int).T - [[fruit.x], [fruit.y]]
        inside = (columns >= 0) & (rows >= 0)
        inside &= (columns < fruit.body.shape[1]) & (rows < fruit.body.shape[0])
        widths.append(0.1 * fruit.body[rows[inside], columns[inside]].sum())
    return float(np.mean(widths))


def test_grades_and_bend_directions_all_occur(fruits):
    assert {fruit.shape.neck for fruit in fruits} == set(GRADES)
    assert {fruit.shape.rating for fruit in fruits} == set(GRADES)
    assert {np.sign(fruit.shape.bend_deg) for fruit in fruits} == {-1, 1}


def test_body_coordinates_lead_back_to_the_points():
    rng = np.random.default_rng(0)
    for _ in range(10):
        shape = FruitShape.sample(rng)
        s = rng.uniform(0, shape.length_px, 50)
        t = rng.uniform(-0.6, 0.6, 50) * shape.width_px
        angle = shape.tangent_angle(s)
        grid = np.linspace(0, shape.length_px, len(shape.centre_line))
        points = np.stack([np.interp(s, grid, axis) for axis in shape.centre_line.T], axis=1)
        points += t[:, None] * np.stack([-np.sin(angle), np.cos(angle)], axis=1)
        np.testing.assert_allclose(shape.body_coordinates(points), (s, t), atol=1e-6)


def test_head_and_tail_lie_on_the_outline_of_the_mask(fruits):
    for fruit in fruits:
        mask = fruit.body.astype(np.uint8)
        outline = mask - cv2.erode(mask, np.ones((3, 3)), borderValue=0)
        rows, columns = np.nonzero(outline)
        for x, y in (fruit.shape.head, fruit.shape.tail):
            away = np.hypot(columns + 0.5 + fruit.x - x, rows + 0.5 + fruit.y - y)
            assert away.min() < 1.6


def test_spine_lies_in_the_body_and_reaches_from_end_to_end(fruits):
    for fruit in fruits:
        assert not (fruit.spine & ~fruit.body).any()
        assert cv2.connectedComponents(fruit.spine.astype(np.uint8))[0] == 2
        assert fruit.s[fruit.spine].min() < 2
        assert fruit.s[fruit.spine].max() > fruit.shape.length_px - 2


def test_stem_sticks_out_of_the_head_end(fruits):
    for fruit in fruits:
        assert fruit.stem.sum() >= 10
        assert not (fruit.stem & fruit.body).any()
        assert fruit.s[fruit.stem].max() < 5


def test_everything_lies_wholly_on_the_image(scenes):
    for scene in scenes:
        board = scene.board.mask(scene.height, scene.width)
        drawn = [board, *(f.on_image(f.covers, scene.height, scene.width) for f in scene.fruits)]
        for mask in drawn:
            assert not mask[[0, -1]].any()
            assert not mask[:, [0, -1]].any()


def test_visible_masks_of_a_scene_do_not_overlap(scenes):
    for scene in [*scenes, overlapping_scene()]:
        masks = visible_masks(scene.fruits, scene.height, scene.width)
        assert np.sum(masks, axis=0).max() == 1


def test_no_fruit_lies_on_the_board(scenes):
    for scene in scenes:
        board = scene.board.mask(scene.height, scene.width)
        for fruit in scene.fruits:
            assert not board[fruit.window][fruit.covers].any()


def test_every_fruit_stays_almost_wholly_visible(scenes):
    for scene in scenes:
        visible = visible_masks(scene.fruits, scene.height, scene.width)
        for fruit, mask in zip(scene.fruits, visible, strict=True):
            assert mask.sum() >= 0.85 * fruit.body.sum()


def test_covered_end_has_visibility_1_and_a_free_end_2():
    scene = overlapping_scene()
    assert ends_visible(scene.fruits, 0) == [True, False]
    below, above, _ = object_labels(scene)
    assert below['keypoints'][2::3] == [2, 1]
    assert above['keypoints'][2::3] == [2, 2]
    assert below['area'] < scene.fruits[0].body.sum()
    assert above['area'] == scene.fruits[1].body.sum()


def test_labels_describe_their_fruit(scenes):
    for scene in scenes[:10]:
        *cucumbers, board = object_labels(scene)
        assert 'keypoints' not in board
        for fruit, labels in zip(scene.fruits, cucumbers, strict=True):
            assert labels['category_id'] == CUCUMBER
            assert labels['attributes'] == {
                'neck': str(fruit.shape.neck),
                'rating': str(fruit.shape.rating),
                'length': fruit.shape.length_mm,
            }
            assert labels['keypoints'][:2] == pytest.approx(fruit.shape.head, abs=0.01)
            assert labels['keypoints'][3:5] == pytest.approx(fruit.shape.tail, abs=0.01)
            spine = rle.decode(labels['masks']['spine'])
            assert (rle.decode(labels['segmentation']) >= spine).all()


def test_box_and_area_are_those_of_the_mask(scenes):
    for scene in scenes[:10]:
        for labels in object_labels(scene):
            assert labels['area'] == rle.area(labels['segmentation'])
            assert labels['bbox'] == list(rle.toBbox(labels['segmentation']))


def test_picture_covers_the_same_pixels_as_the_labels(fruits):
    rng = np.random.default_rng(0)
    light, variety = Light.sample(rng), Variety.sample(rng)
    for fruit in fruits[:10]:
        painted = paint_fruit(rng, fruit, light, variety, np.float32([0.5, 0.5, 0.5]))
        differs = (painted[..., 3] > 0.5) != fruit.covers
        assert differs.sum() < 0.02 * fruit.covers.sum()
