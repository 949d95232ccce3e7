"""Labels of all tasks as arrays, and how they move."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import CLASSES, HEIGHT, TASKS, WIDTH
from mmdet.structures.mask import BitmapMasks

from projects.smn.datasets import Keypoints, TaskLabels, load_labels
from projects.smn.tasks import Task, build_tasks

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
    return TaskLabels(
        dict(ends=keypoints(count, seed), mask=BitmapMasks(masks, HEIGHT, WIDTH)),
        dict(number=np.arange(count)),
        count,
        HEIGHT,
        WIDTH,
    )


def assert_same(first, second):
    assert (len(first), first.height, first.width) == (len(second), second.height, second.width)
    np.testing.assert_allclose(
        first.geometry['ends'].points, second.geometry['ends'].points, rtol=0, atol=1e-4
    )
    assert np.array_equal(first.geometry['mask'].masks, second.geometry['mask'].masks)
    assert np.array_equal(first.values['number'], second.values['number'])


def assert_of_one_size(moved, height, width):
    for thing in (moved, *moved.geometry.values()):
        assert (thing.height, thing.width) == (height, width)
    assert moved.geometry['mask'].masks.shape == (len(moved), height, width)
    assert moved.geometry['ends'].points.shape == (len(moved), 3, 3)


# Moving


@pytest.mark.parametrize('direction', DIRECTIONS)
def test_flipping_twice_is_the_identity_and_once_is_not(direction):
    before = labels()
    once = before.flip(direction)
    assert_same(once.flip(direction), before)
    assert not np.allclose(once.geometry['ends'].points, before.geometry['ends'].points)


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
    assert np.array_equal(moved.points[..., :2], middle)
    return moved.points[0, :, 2].tolist()


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
    assert np.array_equal(after.geometry['ends'].points, before.geometry['ends'].points * factor)


def test_resizing_without_keeping_the_ratio_scales_each_axis_by_its_own():
    after = labels().resize((HEIGHT * 3, WIDTH // 2)).geometry['ends'].points
    np.testing.assert_allclose(after, keypoints().points * np.float32([0.5, 3, 1]))


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
    before = TaskLabels(dict(mask=BitmapMasks([bar], height, width)), {}, 1, height, width)
    after = before.resize((round(height * factor), round(width * factor)))
    scale = np.array([after.width / width, after.height / height])
    nearest = before.geometry['mask'].resize((after.height, after.width))
    (old_centre, old_area), (centre, area), (nearest_centre, _) = (
        centre_and_area(mask.masks[0])
        for mask in (before.geometry['mask'], after.geometry['mask'], nearest)
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


def test_cropping_shifts_what_is_inside_and_forgets_what_is_not():
    box = np.array([10, 6, 50, 30])
    before, after = labels(count=30), labels(count=30).crop(box)
    assert_of_one_size(after, 24, 40)
    old, new = before.geometry['ends'].points, after.geometry['ends'].points
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
    assert chosen.values['number'].tolist() == [0, 2]
    assert np.array_equal(chosen.geometry['ends'].points, keypoints().points[[0, 2]])
    assert np.array_equal(chosen.geometry['mask'].masks, labels().geometry['mask'].masks[[0, 2]])


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
    return load_labels(instances, {}, build_tasks(tasks, CLASSES), HEIGHT, WIDTH)


def test_absent_labels_are_fillers_that_mean_not_labelled():
    loaded = load([dict(task_labels={})])
    assert not loaded.geometry['mask'].masks.any()
    assert not loaded.geometry['spine'].masks.any()
    assert loaded.values['mask_labelled'].tolist() == [False]
    assert loaded.values['spine_labelled'].tolist() == [False]
    assert loaded.geometry['ends'].points.tolist() == [[[0, 0, 0], [0, 0, 0]]]
    assert loaded.values['neck'].tolist() == [-1]
    assert np.isnan(loaded.values['length']).tolist() == [True]


def test_a_present_and_empty_mask_is_labelled_and_all_zeros():
    loaded = load([dict(task_labels=dict(mask=[]))])
    assert not loaded.geometry['mask'].masks.any()
    assert loaded.values['mask_labelled'].tolist() == [True]


def test_a_class_or_number_of_zero_is_a_label():
    loaded = load([dict(task_labels=dict(neck=0, length=0.0))])
    assert loaded.values['neck'].tolist() == [0]
    assert loaded.values['length'].tolist() == [0]


@pytest.mark.parametrize('instances', [[], [dict(task_labels={})] * 3], ids=['none', 'three'])
@pytest.mark.parametrize('tasks', [{}, *({name: TASKS[name]} for name in TASKS), TASKS], ids=list)
def test_every_field_has_one_entry_per_object(tasks, instances):
    loaded = load(instances, tasks)
    assert len(loaded) == len(instances)
    for name, field in {**loaded.geometry, **loaded.values}.items():
        assert len(field) == len(instances), name


def test_three_tasks_of_a_kind_do_not_mix():
    config = dict(type='ClassificationTask', classes=('a', 'b', 'c'))
    loaded = load([dict(task_labels=dict(x=2, z=1))], dict(x=config, y=config, z=config))
    assert [loaded.values[name].tolist() for name in 'xyz'] == [[2], [-1], [1]]


def test_a_kind_of_task_without_a_loader_says_so():
    class StrangeTask(Task):
        default_loss = dict(type='none')

    strange = StrangeTask(name='strange', dataset_classes=CLASSES)
    with pytest.raises(TypeError, match='StrangeTask'):
        load_labels([], {}, dict(strange=strange), HEIGHT, WIDTH)
