"""Labels of all tasks as arrays, and how they move."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import CLASSES, HEIGHT, TASKS, WIDTH
from mmdet.structures.mask import BitmapMasks

from projects.smn.datasets import TaskLabels
from projects.smn.tasks import Boxes, Values, build_tasks
from projects.smn.tasks.keypoint import Keypoints
from projects.smn.tasks.mask import Masks

DIRECTIONS = ('horizontal', 'vertical', 'diagonal')
# Points 1 and 2 change places in a mirror, point 0 does not.
MIRRORED = [0, 2, 1]


def keypoints(count=4, seed=0):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1, (count, 3, 3)) * [WIDTH, HEIGHT, 0] + [0, 0, 1]
    points[..., 2] = rng.integers(1, 3, (count, 3))
    return Keypoints(points, HEIGHT, WIDTH, MIRRORED)


def labels(count=4, seed=0):
    rng = np.random.default_rng(seed)
    masks = (rng.random((count, HEIGHT, WIDTH)) > 0.5).astype(np.uint8)
    corners = np.sort(rng.uniform(0, 1, (count, 2, 2)) * [WIDTH, HEIGHT], axis=1)
    return TaskLabels(
        dict(
            ends=keypoints(count, seed),
            mask=Masks(BitmapMasks(masks, HEIGHT, WIDTH), np.arange(count) % 2 == 0),
            number=Values(np.arange(count)),
        ),
        {},
        Boxes(corners.reshape(count, 4), HEIGHT, WIDTH),
    )


def assert_same(first, second):
    assert (len(first), first.height, first.width) == (len(second), second.height, second.width)
    for name in ('ends', 'number'):
        np.testing.assert_allclose(
            first.objects[name].values, second.objects[name].values, rtol=0, atol=1e-4
        )
    assert np.array_equal(first.objects['mask'].masks.masks, second.objects['mask'].masks.masks)
    assert np.array_equal(first.objects['mask'].known, second.objects['mask'].known)
    np.testing.assert_allclose(first.boxes.values, second.boxes.values, rtol=0, atol=1e-4)


def assert_of_one_size(moved, height, width):
    assert (moved.height, moved.width) == (height, width)
    for thing in (moved.objects['ends'], moved.objects['mask'].masks):
        assert (thing.height, thing.width) == (height, width)
    assert moved.objects['mask'].masks.masks.shape == (len(moved), height, width)
    assert moved.objects['ends'].values.shape == (len(moved), 3, 3)


# Moving


@pytest.mark.parametrize('direction', DIRECTIONS)
def test_flipping_twice_is_the_identity_and_once_is_not(direction):
    before = labels()
    once = before.flip(direction)
    assert_same(once.flip(direction), before)
    assert not np.allclose(once.objects['ends'].values, before.objects['ends'].values)


def test_transposing_twice_is_the_identity():
    before = labels()
    once = before.transpose()
    assert_of_one_size(once, WIDTH, HEIGHT)
    assert_same(once.transpose(), before)


def test_both_mirrors_together_are_the_half_turn():
    assert_same(labels().flip('horizontal').flip('vertical'), labels().flip('diagonal'))


def test_conjugating_a_mirror_by_the_transpose_gives_the_other_mirror():
    moved = labels().transpose().flip('horizontal').transpose()
    # Three mirrors: an odd number, as one.
    assert_same(moved, labels().flip('vertical'))


def order_after(move):
    """Which point is where, seen from positions that the move maps onto themselves."""
    middle = np.full((1, 3, 2), 10.0)
    ranks = np.array([[[0], [1], [2]]])
    moved = move(Keypoints(np.concatenate([middle, ranks], -1), 20, 20, MIRRORED))
    assert np.array_equal(moved.values[..., :2], middle)
    return moved.values[0, :, 2].tolist()


@pytest.mark.parametrize('direction', ['horizontal', 'vertical'])
def test_a_mirror_swaps_the_flip_pairs(direction):
    assert order_after(lambda points: points.flip(direction)) == MIRRORED


def test_the_transpose_swaps_the_flip_pairs():
    assert order_after(Keypoints.transpose) == MIRRORED


def test_a_half_turn_does_not_swap_the_flip_pairs():
    assert order_after(lambda points: points.flip('diagonal')) == [0, 1, 2]


@pytest.mark.parametrize('scale', [2, 3, 0.5])
def test_resizing_scales_points_by_the_exact_factor(scale):
    before = labels()
    height, width = int(HEIGHT * scale), int(WIDTH * scale)
    after = before.resize((height, width))
    assert_of_one_size(after, height, width)
    factor = np.float32([scale, scale, 1])
    assert np.array_equal(after.objects['ends'].values, before.objects['ends'].values * factor)


def test_resizing_without_keeping_the_ratio_scales_each_axis_by_its_own():
    after = labels().resize((HEIGHT * 3, WIDTH // 2)).objects['ends'].values
    np.testing.assert_allclose(after, keypoints().values * np.float32([0.5, 3, 1]))


def centre_and_area(mask):
    """In continuous pixels, as keypoints are."""
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5]), len(rows)


@pytest.mark.parametrize('factor', [0.45, 0.6, 0.625, 0.75, 0.83, 1.3, 1.7])
def test_resizing_a_mask_moves_its_centre_like_a_point_and_keeps_its_share(factor):
    height, width = 240, 320
    y, x = np.mgrid[:height, :width] + 0.5
    along, across = 0.8 * (x - 150) + 0.6 * (y - 120), 0.8 * (y - 120) - 0.6 * (x - 150)
    bar = ((np.abs(along) < 60) & (np.abs(across) < 5)).astype(np.uint8)
    mask = Masks(BitmapMasks([bar], height, width), np.array([True]))
    before = TaskLabels(dict(mask=mask), {}, Boxes([[0, 0, width, height]], height, width))
    after = before.resize((round(height * factor), round(width * factor)))
    scale = np.array([after.width / width, after.height / height])
    nearest = mask.masks.resize((after.height, after.width))
    (old_centre, old_area), (centre, area), (nearest_centre, _) = (
        centre_and_area(mask.masks[0])
        for mask in (mask.masks, after.objects['mask'].masks, nearest)
    )
    # mmdet's own way takes the pixel to the upper left, and moves it by 0.3 to 0.6 per axis.
    aside, nearest_aside = (np.abs(c - old_centre * scale) for c in (centre, nearest_centre))
    assert (aside < nearest_aside / 3).all()
    assert area == pytest.approx(old_area * scale.prod(), rel=0.03)


@pytest.mark.parametrize('scale', [(100, 60), (60, 100), (31, 31), (1333, 800)])
def test_rescaling_is_resizing_to_the_rounded_size(scale):
    after = labels().rescale(scale)
    assert_of_one_size(after, after.height, after.width)
    assert_same(after, labels().resize((after.height, after.width)))
    assert max(after.height, after.width) <= max(scale)
    assert min(after.height, after.width) <= min(scale)


def test_padding_moves_nothing():
    after = labels().pad((HEIGHT + 5, WIDTH + 7))
    assert_of_one_size(after, HEIGHT + 5, WIDTH + 7)
    assert_same(after.crop(np.array([0, 0, WIDTH, HEIGHT])), labels())


@pytest.mark.parametrize('survives_cut', [True, False])
def test_what_is_not_true_of_a_part_is_forgotten_of_exactly_the_objects_that_are_cut(survives_cut):
    boxes = [[12, 8, 20, 16], [5, 8, 20, 16], [30, 8, 55, 16], [12, 2, 20, 40], [9.5, 6, 20, 30]]
    for values, nothing in ((np.arange(5), -1), (np.arange(5) / 2, np.nan)):
        objects = dict(number=Values(values, survives_cut))
        image = dict(number=Values(values[:1], survives_cut))
        before = TaskLabels(objects, image, Boxes(boxes, HEIGHT, WIDTH))
        after = before.crop(np.array([10, 6, 50, 30]))
        expected = before.objects['number'].values.copy()
        if not survives_cut:
            expected[1:4] = nothing  # the last one reaches out by half a pixel
        np.testing.assert_array_equal(after.objects['number'].values, expected)
        uncropped = before.crop(np.array([0, 0, WIDTH, HEIGHT]))
        np.testing.assert_array_equal(
            uncropped.image['number'].values, before.image['number'].values
        )


def test_cropping_shifts_what_is_inside_and_forgets_what_is_not():
    box = np.array([10, 6, 50, 30])
    before, after = labels(count=30), labels(count=30).crop(box)
    assert_of_one_size(after, 24, 40)
    old, new = before.objects['ends'].values, after.objects['ends'].values
    inside = ((old[..., :2] >= box[:2]) & (old[..., :2] <= box[2:])).all(-1)
    assert inside.any()
    assert not inside.all()
    np.testing.assert_allclose(new[inside], old[inside] - [10, 6, 0], atol=1e-5)
    assert not new[~inside].any()


def test_cropping_beyond_the_border_stops_at_the_border():
    assert_same(
        labels().crop(np.array([20, 20, WIDTH + 30, HEIGHT + 30])),
        labels().crop(np.array([20, 20, WIDTH, HEIGHT])),
    )


def test_moving_leaves_the_original_as_it_was():
    original = labels()
    original.flip('diagonal')
    original.crop(np.array([5, 5, 20, 20]))
    original.resize((10, 10))
    original.transpose()
    assert_same(original, labels())


# Choosing objects


@pytest.mark.parametrize(
    'index',
    [np.array([True, False, True, False]), np.array([0, 2]), [0, 2], (0, 2)],
    ids=['mask', 'array', 'list', 'tuple'],
)
def test_indexing_takes_the_same_objects_of_every_field(index):
    chosen = labels()[index]
    assert_of_one_size(chosen, HEIGHT, WIDTH)
    assert chosen.objects['number'].values.tolist() == [0, 2]
    assert np.array_equal(chosen.boxes.values, labels().boxes.values[[0, 2]])
    assert np.array_equal(chosen.objects['ends'].values, keypoints().values[[0, 2]])
    masks = labels().objects['mask'].masks.masks
    assert np.array_equal(chosen.objects['mask'].masks.masks, masks[[0, 2]])


@pytest.mark.parametrize('index', [np.zeros(4, bool), np.zeros(0, int), np.array([]), []])
def test_choosing_nothing_leaves_empty_fields_that_still_move(index):
    nothing = labels()[index]
    assert len(nothing) == 0
    assert_of_one_size(nothing, HEIGHT, WIDTH)
    moved = nothing.flip('horizontal').transpose().resize((20, 30)).pad((25, 35))
    assert_of_one_size(moved, 25, 35)
    assert_of_one_size(moved.rescale((50, 50)).crop(np.array([1, 1, 6, 4])), 3, 5)


# Loading


def load(instances, tasks=TASKS):
    instances = [dict(instance, bbox=[4, 4, 20, 20]) for instance in instances]
    tasks = build_tasks(tasks, CLASSES)
    return TaskLabels.load(instances, {}, tasks, (HEIGHT, WIDTH), read=open).objects


def test_absent_labels_are_fillers_that_mean_not_labelled():
    loaded = load([dict(task_labels={})])
    for name in ('mask', 'spine'):
        assert not loaded[name].masks.masks.any()
        assert loaded[name].known.tolist() == [False]
    assert loaded['ends'].values.tolist() == [[[0, 0, 0], [0, 0, 0]]]
    assert loaded['neck'].values.tolist() == [-1]
    assert np.isnan(loaded['length'].values).tolist() == [True]


def test_a_present_and_empty_mask_is_labelled_and_all_zeros():
    loaded = load([dict(task_labels=dict(mask=[]))])
    assert not loaded['mask'].masks.masks.any()
    assert loaded['mask'].known.tolist() == [True]


def test_a_class_or_number_of_zero_is_a_label():
    loaded = load([dict(task_labels=dict(neck=0, length=0.0))])
    assert loaded['neck'].values.tolist() == [0]
    assert loaded['length'].values.tolist() == [0]


@pytest.mark.parametrize('instances', [[], [dict(task_labels={})] * 3], ids=['none', 'three'])
@pytest.mark.parametrize('tasks', [{}, *({name: TASKS[name]} for name in TASKS), TASKS], ids=list)
def test_every_field_has_one_entry_per_object(tasks, instances):
    loaded = load(instances, tasks)
    assert set(loaded) == {*tasks, 'areas'}
    for name, field in loaded.items():
        assert len(field) == len(instances), name


def test_three_tasks_of_a_kind_do_not_mix():
    config = dict(type='ClassificationTask', classes=('a', 'b', 'c'))
    loaded = load([dict(task_labels=dict(x=2, z=1))], dict(x=config, y=config, z=config))
    assert [loaded[name].values.tolist() for name in 'xyz'] == [[2], [-1], [1]]
