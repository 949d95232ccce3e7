"""Four images side by side, and objects of one image on another: labels stay with their pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers import TASKS, make_dataset, read_coco, write_coco
from test_moving import BLUE, GREEN, RED, pixel, tight_box

from projects.smn.datasets.labels import TaskLabels
from projects.smn.tasks import IGNORED, Boxes, Masks, Values, build_tasks
from projects.smn.tasks.keypoint import Keypoints
from projects.smn.tasks.semantic import SemanticMap

MOSAIC = dict(type='TaskMosaic', img_scale=(64, 48), pad_val=0)
PASTE = dict(type='TaskCopyPaste')
TURN = dict(type='TaskRandomAffine', max_rotate_degree=90, border_val=(0, 0, 0))


def joined(root, transforms, rounds=30):
    """Images and samples after the cache has filled; the two pictures with all labels."""
    np.random.seed(0)
    content = read_coco(root)
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] < 3]
    content['images'] = content['images'][:2]
    write_coco(root, content)
    dataset = make_dataset(root, *transforms)
    for number in range(rounds):
        packed = dataset[number % 2]
        if number > 5:
            yield packed['inputs'].permute(1, 2, 0).numpy(), packed['data_samples']


@pytest.mark.parametrize('transforms', [[MOSAIC], [PASTE], [TURN, PASTE], [MOSAIC, TURN]], ids=str)
def test_labels_stay_on_the_pixels_that_they_label(tiny_coco, transforms):
    seen = 0
    for image, sample in joined(tiny_coco, transforms):
        objects = sample.gt_instances
        for index, (label, mask) in enumerate(zip(objects.labels, objects.mask.masks, strict=True)):
            inner = cv2.erode(np.pad(mask, 1), np.ones((5, 5)))[1:-1, 1:-1].astype(bool)
            colour = image[..., BLUE] if label else image[..., [GREEN, RED]].max(-1)
            assert (colour[inner] > 90).all()
            for x, y, seen_or_covered in objects.ends[index]:
                y, x = pixel((x, y))
                inside = y < image.shape[0] and x < image.shape[1]
                if seen_or_covered == 2 and inside:
                    seen += 1
                    assert image[y, x, [GREEN, RED]].max() > 200
    assert seen > 10


@pytest.mark.parametrize('transforms', [[MOSAIC], [PASTE]], ids=str)
def test_boxes_are_drawn_around_what_is_seen(tiny_coco, transforms):
    for _, sample in joined(tiny_coco, transforms):
        for box, mask in zip(
            sample.gt_instances.bboxes.tensor, sample.gt_instances.mask.masks, strict=True
        ):
            assert box.tolist() == tight_box(mask)


def test_a_mosaic_has_the_objects_of_four_images_and_twice_the_size(tiny_coco):
    counts = []
    for image, sample in joined(tiny_coco, [MOSAIC]):
        counts.append(len(sample.gt_instances))
        assert image.shape == (96, 128, 3)
        assert sample.gt_instances.mask.masks.shape[1:] == (96, 128)
    assert max(counts) > 4


def test_a_mosaic_is_complete_if_all_its_images_are(tiny_coco):
    assert all(sample.complete for _, sample in joined(tiny_coco, [MOSAIC], rounds=10))
    content = read_coco(tiny_coco)
    content['images'][0]['complete'] = False
    write_coco(tiny_coco, content)
    # Of two images in turns, four always hold the first.
    assert not any(sample.complete for _, sample in joined(tiny_coco, [MOSAIC], rounds=10))


def test_a_mosaic_is_complete_for_the_classes_of_all_its_images(tiny_coco):
    content = read_coco(tiny_coco)
    content['images'][0]['complete'] = ['card']
    write_coco(tiny_coco, content)
    found = {sample.complete for _, sample in joined(tiny_coco, [MOSAIC], rounds=10)}
    assert found == {(1,)}
    content['images'][1]['complete'] = ['fruit']
    write_coco(tiny_coco, content)
    found = {sample.complete for _, sample in joined(tiny_coco, [MOSAIC], rounds=20)}
    assert False in found  # of both images
    assert found <= {False, (0,), (1,)}


@pytest.mark.parametrize('resize', [False, True])
def test_lengths_are_known_only_where_all_images_have_one_scale(tiny_coco, resize):
    first = [dict(type='RandomResize', scale=(64, 48), ratio_range=(0.5, 1.0), keep_ratio=True)]
    lengths = [
        length.isnan().item()
        for _, sample in joined(tiny_coco, [*(first if resize else []), PASTE])
        for length, label in zip(
            sample.gt_instances.length, sample.gt_instances.labels, strict=True
        )
        if label == 0
    ]
    assert len(lengths) > 20
    assert sum(lengths) < len(lengths)
    assert any(lengths) == resize


def canvas(**fields) -> TaskLabels:
    """Two objects of 4 x 10 pixels, side by side on 12 x 10."""
    bits = np.zeros((2, 10, 12), np.uint8)
    bits[0, :, 1:5], bits[1, :, 6:10] = 1, 1
    from mmdet.structures.mask import BitmapMasks

    points = np.array([[[2, 2, 2]], [[8, 2, 2]]], np.float32)
    objects = dict(
        mask=Masks(BitmapMasks(bits, 10, 12), np.ones(2, bool)),
        ends=Keypoints(points, 10, 12, [0]),
        length=Values(np.array([5.0, 6.0]), survives_cut=False),
    )
    image = dict(ground=SemanticMap(np.full((1, 10, 12), 1, np.uint8)), **fields)
    return TaskLabels(objects, image, Boxes([[1, 0, 5, 10], [6, 0, 10, 10]], 10, 12))


def test_what_is_covered_is_cut_off_marked_and_forgotten():
    labels = canvas()
    where = np.zeros((10, 12), bool)
    where[:5, :4] = True
    left = labels.cover(where, np.array([True, False]))
    assert left.objects['mask'].masks.masks.sum((1, 2)).tolist() == [40 - 15, 40]
    assert left.objects['ends'].values[:, 0, 2].tolist() == [1, 2]
    assert np.isnan(left.objects['length'].values).tolist() == [True, False]
    ground = left.image['ground'].values[0]
    assert (ground[where] == IGNORED).all()
    assert (ground[~where] == 1).all()


def test_of_images_that_become_one_only_maps_are_true():
    labels = canvas(kind=Values(np.array([3])), head=Boxes([[1, 1, 2, 2]], 10, 12))
    hidden = labels.cover(np.ones((10, 12), bool), np.zeros(2, bool))
    both = hidden.join([labels])
    assert len(both) == len(both.objects['length']) == 4
    assert (both.image['ground'].values == 1).all()
    assert both.image['kind'].values.tolist() == [-1]
    assert np.isnan(both.image['head'].values).all()


def test_an_object_that_is_nearly_hidden_is_dropped():
    from projects.smn.datasets.transforms.copy_paste import visible

    where = np.zeros((10, 12), bool)
    where[:9, :5] = True
    shares = visible(canvas(), where, build_tasks(dict(mask=TASKS['mask']), ('thing',)))
    assert shares.tolist() == pytest.approx([0.1, 1.0])


def test_without_masks_nothing_can_be_pasted(tiny_coco):
    from projects.smn.errors import UserError

    tasks = {name: TASKS[name] for name in ('neck', 'spine')}
    dataset = make_dataset(tiny_coco, PASTE, tasks=tasks)
    dataset[0]
    with pytest.raises(UserError, match='TaskCopyPaste needs a MaskTask that reads'):
        dataset[1]
