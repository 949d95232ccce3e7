"""Turned and scaled by any amount, labels stay on what they label."""

from __future__ import annotations

import math

import numpy as np
import pytest
from helpers import make_dataset, read_coco, write_coco
from test_moving import BLUE, GREEN, RED, painted, pixel, samples, tight_box

from projects.smn.datasets.labels import TaskLabels, scale_of
from projects.smn.errors import UserError
from projects.smn.tasks import Boxes, Values

TURN = dict(
    type='TaskRandomAffine',
    max_rotate_degree=180,
    max_translate_ratio=0.2,
    scaling_ratio_range=(0.7, 1.6),
    border_val=(0, 0, 0),
)
CHAINS = [
    [TURN],
    [dict(TURN, max_shear_degree=15)],
    [dict(type='RandomTranspose'), TURN, dict(type='RandomFlip', prob=0.5)],
    [
        dict(type='RandomResize', scale=(100, 80), ratio_range=(0.7, 1.9), keep_ratio=True),
        TURN,
        dict(type='RandomCrop', crop_size=(60, 60), allow_negative_crop=True),
        dict(type='Pad', size=(60, 60)),
        dict(TURN, max_translate_ratio=0.0),
    ],
]
each_chain = pytest.mark.parametrize('transforms', CHAINS, ids=range(len(CHAINS)))


@each_chain
def test_points_stay_on_their_spots_and_in_their_masks(tiny_coco, transforms):
    seen = 0
    for image, objects in samples(tiny_coco, transforms, rounds=15):
        for index in np.flatnonzero(objects.labels == 0):
            for point in objects.ends[index]:
                y, x = pixel(point)
                if point[2] and y < image.shape[0] and x < image.shape[1]:
                    seen += 1
                    assert image[y, x, [GREEN, RED]].max() > 200
                    assert objects.mask.masks[index, y, x] == 1
    assert seen > 20


@each_chain
def test_masks_agree_with_the_picture_and_boxes_with_masks(tiny_coco, transforms):
    seen = 0
    for image, objects in samples(tiny_coco, transforms, rounds=15):
        for label, box, mask in zip(
            objects.labels, objects.bboxes.tensor.numpy(), objects.mask.masks, strict=True
        ):
            if mask.sum() < 100:
                continue
            seen += 1
            # The picture is interpolated as well: half of the colour is the border.
            channels = image[..., BLUE] > 127 if label else image.max(-1) > 60
            drawn = channels & ~painted(image, 1 - int(label)) if label else channels
            certain = _away_from_borders(mask)
            assert (mask[certain] <= drawn[certain]).all()
            if transforms == [TURN]:
                assert box.tolist() == tight_box(mask)
    assert seen > 20


def _away_from_borders(mask: np.ndarray) -> np.ndarray:
    import cv2

    around = np.ones((5, 5))
    return cv2.erode(mask, around) == cv2.dilate(mask, around)


def labels_of(root) -> TaskLabels:
    """The labels of the first picture, in the pipeline."""
    kept = []

    class Keep:
        moves_task_labels = True

        def __call__(self, results):
            kept.append(results['gt_masks'])
            return results

    dataset = make_dataset(root)
    dataset.pipeline.transforms.insert(2, Keep())
    dataset[0]
    return kept[0]


def assert_alike(one: TaskLabels, other: TaskLabels) -> None:
    for name in ('mask', 'spine'):
        np.testing.assert_array_equal(
            one.objects[name].masks.masks, other.objects[name].masks.masks
        )
    np.testing.assert_allclose(one.objects['ends'].values, other.objects['ends'].values, atol=1e-4)
    np.testing.assert_allclose(one.boxes.values, other.boxes.values, atol=1e-4)


def test_a_quarter_turn_is_a_transpose_and_a_mirror(tiny_coco):
    labels = labels_of(tiny_coco)
    turn = np.array([[0, -1, labels.height], [1, 0, 0]], float)
    turned = labels.warp(turn, (labels.width, labels.height))
    assert_alike(turned, labels.transpose().flip('horizontal'))


def test_a_mirror_swaps_the_points_of_a_pair(tiny_coco):
    labels = labels_of(tiny_coco)
    mirror = np.array([[-1, 0, labels.width], [0, 1, 0]], float)
    assert_alike(labels.warp(mirror, (labels.height, labels.width)), labels.flip('horizontal'))


def test_a_shift_is_a_place_on_a_larger_image(tiny_coco):
    labels = labels_of(tiny_coco)
    shift = np.array([[1, 0, 7], [0, 1, 5]], float)
    assert_alike(labels.warp(shift, (70, 90)), labels.place(7, 5, (70, 90)))


def test_there_and_back_is_where_it_was(tiny_coco):
    labels = labels_of(tiny_coco)
    c, s = 2 * math.cos(0.7), 2 * math.sin(0.7)
    there = np.array([[c, -s, 90], [s, c, 20]])
    back = np.linalg.inv(np.vstack([there, [0, 0, 1]]))[:2]
    again = labels.warp(there, (200, 260)).warp(back, (labels.height, labels.width))
    np.testing.assert_allclose(
        again.objects['ends'].values, labels.objects['ends'].values, atol=1e-3
    )
    ours, theirs = again.objects['mask'].masks.masks, labels.objects['mask'].masks.masks
    assert (ours != theirs).mean() < 0.005


def test_a_box_without_a_mask_holds_its_moved_corners(tiny_coco):
    content = read_coco(tiny_coco)
    for annotation in content['annotations']:
        annotation.pop('segmentation', None)
    write_coco(tiny_coco, content)
    labels = labels_of(tiny_coco)
    c = math.cos(math.pi / 4)
    turn = np.array([[c, -c, 60], [c, c, 0]])
    x1, y1, x2, y2 = labels.warp(turn, (200, 200)).boxes.values[0]
    width, height = labels.boxes.values[0, 2:] - labels.boxes.values[0, :2]
    assert (x2 - x1, y2 - y1) == pytest.approx(((width + height) * c,) * 2, abs=1e-3)


def lengths(root, **options) -> list[float]:
    transforms = dict(TURN, max_translate_ratio=0.0, scaling_ratio_range=(0.5, 0.5), **options)
    return [o.length[0].item() for _, o in samples(root, [transforms], rounds=5) if len(o)]


def test_a_length_survives_a_turn_and_a_scale_and_no_shear(tiny_coco):
    assert not any(map(math.isnan, lengths(tiny_coco)))
    assert all(map(math.isnan, lengths(tiny_coco, max_shear_degree=10)))


def test_an_object_that_is_cut_loses_its_length_and_keeps_its_grade(tiny_coco):
    seen = set()
    far = dict(TURN, max_rotate_degree=0, max_translate_ratio=0.4, scaling_ratio_range=(1, 1))
    for _, objects in samples(tiny_coco, [far], rounds=20):
        for index in np.flatnonzero(objects.labels == 0):
            x1, y1, x2, y2 = objects.bboxes.tensor[index].tolist()
            missing = max(28 - (x2 - x1), 32 - (y2 - y1))
            assert objects.neck[index] >= 0
            if not 0 < missing < 3:  # up to a pixel, a box is only drawn loosely
                seen.add(missing > 0)
                assert objects.length[index].isnan() == (missing > 0)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ('transforms', 'scale'),
    [
        ([dict(TURN, scaling_ratio_range=(2, 2))], (2, 2)),
        ([dict(type='Resize', scale_factor=2.0), dict(type='Resize', scale_factor=1.5)], (3, 3)),
        (
            [
                dict(type='Resize', scale=(128, 48), keep_ratio=False),
                dict(type='RandomTranspose', prob=1.0),
                dict(type='Resize', scale_factor=2.0),
            ],
            (2, 4),
        ),
    ],
)
def test_whoever_measures_is_told_the_scale_of_all_steps_together(tiny_coco, transforms, scale):
    dataset = make_dataset(tiny_coco, *transforms)
    assert dataset[0]['data_samples'].scale_factor == pytest.approx(scale)


def test_scale_of_a_map():
    turn = np.array([[0, -3, 1], [3, 0, 2]])
    assert scale_of(turn) == pytest.approx(3)
    assert scale_of(np.array([[1, 0.1, 0], [0, 1, 0]])) is None


def test_a_kind_that_a_mirror_moves_must_say_how_a_turn_does():
    class Sides(Values):
        def flip(self, flip_direction='horizontal'):
            return self

    labels = TaskLabels(dict(side=Sides(np.array([0]))), {}, Boxes([[0, 0, 9, 9]], 20, 20))
    with pytest.raises(UserError, match="Sides, the labels of 'side', has no method warp"):
        labels.warp(np.eye(3)[:2], (20, 20))
