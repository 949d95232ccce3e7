"""Labels stay on what they label, whatever the pipeline does to the image.

The picture itself is the reference: the fruit is grey with a red left end and a green right end,
the card is blue, all else black. See ``helpers.draw_picture``.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from helpers import TASKS, make_dataset, read_coco, write_coco

BLUE, GREEN, RED = range(3)  # images are loaded as BGR

KEEP_SIZE = [
    dict(type='Pad', size_divisor=32),
    dict(type='Pad', size=(90, 70)),
    *(
        dict(type='RandomFlip', prob=1.0, direction=direction)
        for direction in ('horizontal', 'vertical', 'diagonal')
    ),
    dict(type='RandomTranspose', prob=1.0),
]
# The nearest pixel, so that the picture keeps its pure colours.
SCALE = [
    dict(step, interpolation='nearest')
    for step in (
        dict(type='Resize', scale=(128, 96), keep_ratio=True),
        dict(type='Resize', scale=(150, 100), keep_ratio=True),
        dict(type='Resize', scale=(57, 41), keep_ratio=True),
        dict(type='Resize', scale=(97, 150), keep_ratio=False),
        dict(type='Resize', scale=(50, 50), keep_ratio=False),
        dict(type='Resize', scale_factor=1.7, keep_ratio=True),
        dict(type='RandomResize', scale=(100, 80), ratio_range=(0.7, 1.9), keep_ratio=True),
        dict(type='RandomChoiceResize', scales=[(90, 60), (200, 110)], keep_ratio=True),
        dict(type='RandomChoiceResize', scales=[(90, 60), (80, 120)], keep_ratio=False),
    )
]
CHAINS = [
    [KEEP_SIZE[5], SCALE[7], KEEP_SIZE[2], KEEP_SIZE[0]],
    [SCALE[3], KEEP_SIZE[3], KEEP_SIZE[5], SCALE[1], KEEP_SIZE[4], KEEP_SIZE[1]],
    [
        dict(type='RandomApply', prob=0.5, transforms=[KEEP_SIZE[5]]),
        dict(type='RandomChoice', transforms=[[SCALE[0]], [SCALE[4], KEEP_SIZE[3]]]),
        dict(
            type='RandomFlip',
            prob=[0.25, 0.25, 0.25],
            direction=['horizontal', 'vertical', 'diagonal'],
        ),
    ],
]
PIPELINES = [[], *([one] for one in KEEP_SIZE + SCALE), *CHAINS]


HIDDEN = ('interpolation', 'transforms')


def describe(value):
    return (
        '-'.join(
            '_'.join(str(part) for key, part in step.items() if key not in HIDDEN) for step in value
        ).replace(' ', '')
        or 'nothing'
    )


each_pipeline = pytest.mark.parametrize('transforms', PIPELINES, ids=describe)


def samples(root, transforms, rounds=3, **options):
    """Images (H, W, 3) and their objects; the two fully labelled pictures, several times."""
    np.random.seed(0)
    content = read_coco(root)
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] < 3]
    content['images'] = content['images'][:2]
    write_coco(root, content)
    dataset = make_dataset(root, *transforms, **options)
    for index in (0, 1) * rounds:
        packed = dataset[index]
        image = packed['inputs'].permute(1, 2, 0).numpy()
        yield image, packed['data_samples'].gt_instances


def pixel(points):
    """The pixel (y, x) in which a point lies."""
    x, y = np.floor(np.asarray(points)[:2]).astype(int)
    return y, x


def colour_of(name, mirrored):
    """The colour at a point: names change places in a mirrored image, colours do not."""
    return [0, 0, 255] if (name == 'left') != mirrored else [0, 255, 0]


def is_mirrored(image):
    """Whether the L of the fruit is seen from behind; the card tells the orientations apart."""

    def centre(mask):
        return np.argwhere(mask).mean(axis=0)[::-1]

    blue, green, red = ((image == colour).all(-1) for colour in np.eye(3, dtype=int) * 255)
    to_green, to_card = centre(green) - centre(red), centre(blue) - centre(red)
    return to_green[0] * to_card[1] - to_green[1] * to_card[0] > 0


def painted(image, label):
    """Where the fruit (label 0) or the card (1) is in the picture."""
    return image[..., BLUE] == 255 if label else image[..., [GREEN, RED]].any(-1)


def assert_same(mask, expected):
    assert np.array_equal(mask, expected)


def assert_same_but_for_the_border(mask, expected):
    """A resized mask interpolates. A resized picture does not, and is aside by up to a pixel of the
    old size: that is up to two of the new size, as no step here enlarges by much more than two."""
    pixels, around = expected.astype(np.uint8), np.ones((5, 5))
    certain = cv2.erode(pixels, around) == cv2.dilate(pixels, around)
    assert np.array_equal(mask[certain], expected[certain])


def comparison(transforms):
    return assert_same_but_for_the_border if 'Resize' in str(transforms) else assert_same


def tight_box(mask):
    y, x = np.nonzero(mask)
    return [x.min(), y.min(), x.max() + 1, y.max() + 1]


@each_pipeline
def test_keypoints_stay_on_the_spots_that_they_name(tiny_coco, transforms):
    for image, objects in samples(tiny_coco, transforms):
        mirrored = is_mirrored(image)
        for name, point in zip(('left', 'right'), objects.ends[0], strict=True):
            assert image[pixel(point)].tolist() == colour_of(name, mirrored)
            assert objects.mask.masks[0][pixel(point)] == 1
            assert objects.mask.masks[1][pixel(point)] == 0
        covered = 0 if mirrored else 1  # the visibilities change places too
        assert objects.ends[0, covered, 2] == 1
        assert objects.ends[0, 1 - covered, 2] == 2


@each_pipeline
def test_masks_stay_on_what_is_painted(tiny_coco, transforms):
    for image, objects in samples(tiny_coco, transforms):
        fruit, card = objects.mask.masks.astype(bool)
        comparison(transforms)(fruit, painted(image, 0))
        comparison(transforms)(card, painted(image, 1))
        assert tight_box(fruit) == pytest.approx(tight_box(painted(image, 0)), abs=2)
        spine = objects.spine.masks.astype(bool)
        assert spine[0].any()
        assert not (spine[0] & ~fruit).any()
        assert not spine[1].any()


@each_pipeline
def test_boxes_stay_the_tight_boxes_of_the_masks(tiny_coco, transforms):
    for _, objects in samples(tiny_coco, transforms):
        expected = [tight_box(mask) for mask in objects.mask.masks]
        np.testing.assert_allclose(objects.bboxes.tensor.numpy(), expected, atol=1)


@each_pipeline
def test_images_and_masks_have_one_size(tiny_coco, transforms):
    for image, objects in samples(tiny_coco, transforms):
        assert objects.mask.masks.shape[1:] == objects.spine.masks.shape[1:] == image.shape[:2]


@each_pipeline
def test_values_stay_with_their_objects(tiny_coco, transforms):
    plain = [objects for _, objects in samples(tiny_coco, [], rounds=1)] * 3
    moved = [objects for _, objects in samples(tiny_coco, transforms)]
    for before, after in zip(plain, moved, strict=True):
        for name in ('labels', 'neck', 'colour', 'length', 'areas', 'spine_labelled'):
            np.testing.assert_array_equal(after[name], before[name])


@pytest.mark.parametrize('keep_ratio', [True, False])
@pytest.mark.parametrize('scale', [0.5, 2, 3])
def test_resizing_scales_keypoints_by_the_exact_factor(tiny_coco, scale, keep_ratio):
    resize = dict(type='Resize', scale=(int(64 * scale), int(48 * scale)), keep_ratio=keep_ratio)
    (_, before), *_ = samples(tiny_coco, [])
    (_, after), *_ = samples(tiny_coco, [resize])
    assert np.array_equal(after.ends[0, :, :2], before.ends[0, :, :2] * scale)


@pytest.mark.parametrize(
    'step', [*KEEP_SIZE[2:], dict(type='RandomFlip', prob=1.0)], ids=lambda step: describe([step])
)
def test_a_mirror_or_a_turn_done_twice_is_the_identity(tiny_coco, step):
    plain = samples(tiny_coco, [])
    twice = samples(tiny_coco, [step, step])
    for (image, before), (again, after) in zip(plain, twice, strict=True):
        assert np.array_equal(image, again)
        assert np.array_equal(before.bboxes.tensor, after.bboxes.tensor)
        np.testing.assert_allclose(before.ends[0], after.ends[0], atol=1e-4)
        assert np.array_equal(before.mask.masks, after.mask.masks)


# Cropping

CROP = dict(type='RandomCrop', crop_size=(26, 24))
CROPS = [
    [CROP],
    [dict(type='RandomCrop', crop_size=(0.5, 0.5), crop_type='relative_range')],
    [KEEP_SIZE[5], CROP, KEEP_SIZE[2]],
    [
        dict(type='RandomCrop', crop_size=(15, 30), crop_type='absolute_range'),
        SCALE[0],
        KEEP_SIZE[0],
    ],
]
each_crop = pytest.mark.parametrize('transforms', CROPS, ids=describe)


@each_crop
def test_a_keypoint_that_is_cropped_away_is_not_labelled_and_others_stay_on_their_spots(
    tiny_coco, transforms
):
    seen = {True: 0, False: 0}
    for image, objects in samples(tiny_coco, transforms, rounds=20):
        for index, label in enumerate(objects.labels):
            for point in objects.ends[index]:
                seen[bool(point[2])] += label == 0
                if not point[2]:
                    continue
                assert label == 0
                y, x = pixel(point)
                if y < image.shape[0] and x < image.shape[1]:  # else exactly on the border
                    assert image[y, x, [GREEN, RED]].max() == 255
                    assert objects.mask.masks[index, y, x] == 1
    assert min(seen.values()) > 2


@each_crop
def test_cropping_drops_an_object_from_every_field_at_once(tiny_coco, transforms):
    seen = set()
    for image, objects in samples(tiny_coco, transforms, rounds=20):
        labels = objects.labels.tolist()
        seen.add(tuple(labels))
        assert objects.colour.tolist() == labels  # grey fruits and blue cards
        assert objects.areas.tolist() == [(576, 192)[label] for label in labels]
        assert objects.spine_labelled.tolist() == [label == 0 for label in labels]
        assert (objects.neck >= 0).tolist() == [label == 0 for label in labels]
        assert all(label == 0 for label in objects.labels[~objects.length.isnan()])
        for label, mask in zip(labels, objects.mask.masks.astype(bool), strict=True):
            comparison(transforms)(mask, painted(image, label))
    assert {(0,), (0, 1)} <= seen


def test_a_length_survives_a_crop_if_its_object_is_whole(tiny_coco):
    seen = set()
    for _, objects in samples(tiny_coco, [dict(CROP, crop_size=(50, 36))], rounds=20):
        for label, box, length in zip(
            objects.labels, objects.bboxes.tensor, objects.length, strict=True
        ):
            missing = max((torch.tensor([28, 32]) - (box[2:] - box[:2])).tolist())
            if label == 0 and missing != 1:  # up to a pixel, a box is only drawn loosely
                assert length.isnan() == (missing > 1)
                seen.add(missing > 1)
    assert seen == {True, False}


def test_cropping_clips_boxes(tiny_coco):
    for _, objects in samples(tiny_coco, [CROP], rounds=20):
        for box, mask in zip(objects.bboxes.tensor.numpy(), objects.mask.masks, strict=True):
            assert (box[:2] >= 0).all()
            assert (box[2:] <= mask.shape[::-1]).all()
            if mask.any():
                tight = tight_box(mask)
                assert (box[:2] <= tight[:2]).all()
                assert (box[2:] >= tight[2:]).all()


# Fewer and more tasks


@pytest.mark.parametrize('names', [(), *((name,) for name in TASKS)], ids=str)
def test_every_pipeline_runs_with_any_task_alone(tiny_coco, names):
    tasks = {name: TASKS[name] for name in names}
    transforms = [*CHAINS[1], dict(CROP, allow_negative_crop=True)]
    for _, objects in samples(tiny_coco, transforms, rounds=1, tasks=tasks):
        assert {'bboxes', 'labels', *names} <= set(objects.keys())


def test_an_image_without_objects_moves_too(tiny_coco):
    content = read_coco(tiny_coco)
    second = [a for a in content['annotations'] if a['image_id'] == 2]
    write_coco(tiny_coco, dict(content, annotations=second))
    transforms = [*CHAINS[1], dict(CROP, allow_negative_crop=True)]
    for image, objects in list(samples(tiny_coco, transforms, rounds=2))[::2]:
        assert len(objects) == 0
        assert objects.mask.masks.shape == (0, *image.shape[:2])
        assert objects.ends.shape == (0, 2, 3)


def test_labels_loaded_after_a_resize_are_in_pixels_of_the_original_image(tiny_coco):
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='Resize', scale=(128, 96), keep_ratio=True),
        dict(type='LoadTaskAnnotations'),
        dict(type='PackTaskInputs'),
    ]
    plain, resized = samples(tiny_coco, []), samples(tiny_coco, [], pipeline=pipeline)
    for (image, before), (larger, after) in zip(plain, resized, strict=True):
        assert larger.shape[:2] == (96, 128)
        assert image.shape[:2] == (48, 64)
        assert np.array_equal(before.bboxes.tensor, after.bboxes.tensor)
        assert np.array_equal(before.ends, after.ends)
        assert np.array_equal(before.mask.masks, after.mask.masks)
