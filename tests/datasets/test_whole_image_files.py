"""Files that label whole images: what is loaded and counted."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import read_coco, write_coco
from PIL import Image
from whole_images import RESIZE, SIZES, TASKS, make_whole_images, remove_label
from whole_images import whole_dataset as make_dataset

from projects.smn.datasets import LabelCounts
from projects.smn.errors import UserError
from projects.smn.tasks import IGNORED

FLIP = dict(type='RandomFlip', prob=1.0)


@pytest.fixture
def root(tmp_path):
    return make_whole_images(tmp_path / 'whole')


def change(root, *images: dict) -> None:
    """Update the records of the first images."""
    content = read_coco(root)
    for record, update in zip(content['images'], images, strict=False):
        record.update(update)
    write_coco(root, content)


def without(root, task: str, number: int = 1) -> None:
    """Take a label away from an image."""
    content = read_coco(root)
    remove_label(content['images'][number - 1], task)
    write_coco(root, content)


def sample(root, *transforms, index=0, **options):
    return make_dataset(root, *transforms, **options)[index]['data_samples']


# What is loaded


def test_all_labels_arrive_where_the_network_looks_for_them(root):
    for index, (width, height) in enumerate(SIZES):
        packed = sample(root, index=index)
        image, maps = packed.gt_image, packed.gt_sem_seg
        assert len(image) == 1
        assert image.species.tolist() == [(index + 1) % 2]
        assert image.weight.tolist() == [4.5 + index]
        assert image['head'].tolist() == [[11 + index, 12, 25 + index, 24]]
        assert maps.map.shape == (1, height, width)
        expected = np.asarray(Image.open(root / 'maps' / f'{index + 1}.png'))
        assert np.array_equal(maps.map[0].numpy(), expected)
        assert set(np.unique(expected)) == {0, 1, 2, IGNORED}


def test_labels_of_the_image_are_no_fields_of_objects_and_the_other_way_round(root):
    packed = sample(root, tasks={**TASKS, 'mask': dict(type='MaskTask')})
    assert set(packed.gt_instances.keys()) == {
        'bboxes',
        'labels',
        'areas',
        'mask',
        'mask_labelled',
    }
    assert set(packed.gt_image.keys()) == {'species', 'weight', 'head'}
    assert set(packed.gt_sem_seg.keys()) == {'map'}


@pytest.mark.parametrize(
    ('names', 'containers'),
    [(['map'], {'gt_sem_seg'}), (['weight', 'head'], {'gt_image'}), ([], set())],
)
def test_there_are_no_containers_that_no_task_asks_for(root, names, containers):
    packed = sample(root, tasks={name: TASKS[name] for name in names})
    assert {name for name in ('gt_sem_seg', 'gt_image') if name in packed} == containers


@pytest.mark.parametrize('task', TASKS)
def test_an_absent_label_is_a_filler_that_means_not_labelled(root, task):
    without(root, task)
    packed = sample(root, RESIZE, FLIP)
    fields = dict(packed.gt_image.items()) | dict(packed.gt_sem_seg.items())
    expected = dict(
        map=torch.full((1, 24, 32), IGNORED, dtype=torch.uint8),
        species=torch.tensor([-1]),
        weight=torch.tensor([torch.nan]),
        head=torch.full((1, 4), torch.nan),
    )
    assert set(fields) == set(expected)
    for name, value in fields.items():
        assert value.shape == expected[name].shape
        assert value.dtype == expected[name].dtype
        same = torch.equal(value.nan_to_num(-9), expected[name].nan_to_num(-9))
        assert same == (name == task)


@pytest.mark.parametrize(
    'empty', [dict(attributes=dict(species='', weight='')), dict(boxes=dict(head=[]))]
)
def test_an_empty_label_trains_nothing(root, empty):
    change(root, empty)
    image = sample(root).gt_image
    for name in next(iter(empty.values())):
        assert (image[name] == -1).all() or image[name].isnan().all()


def test_after_resizing_labels_are_loaded_in_pixels_of_the_original(root):
    steps = [dict(type=name) for name in ('LoadImageFromFile', 'LoadTaskAnnotations')]
    pipeline = [steps[0], RESIZE, steps[1], dict(type='PackTaskInputs')]
    packed = make_dataset(root, pipeline=pipeline)[0]
    assert packed['inputs'].shape == (3, 24, 32)
    assert packed['data_samples'].gt_sem_seg.map.shape == (1, 48, 64)
    assert packed['data_samples'].gt_image['head'].tolist() == [[11, 12, 25, 24]]


def test_labels_of_the_image_move_with_the_picture(root):
    for index in range(3):
        packed = make_dataset(root, RESIZE, FLIP)[index]
        picture = packed['inputs'].permute(1, 2, 0).numpy().astype(int)
        truth = packed['data_samples']
        assert truth.gt_sem_seg.map.shape[1:] == picture.shape[:2]
        red = (picture[..., 2] > 130) & (picture[..., 0] < 20)  # images are BGR
        head = truth.gt_sem_seg.map[0].numpy() == 2
        assert (red & head).sum() / (red | head).sum() > 0.75
        y, x = np.nonzero(head)
        tight = [x.min(), y.min(), x.max() + 1, y.max() + 1]
        np.testing.assert_allclose(truth.gt_image['head'][0], tight, atol=1)


def test_the_indices_of_a_palette_are_the_classes(root):
    path = root / 'maps' / '1.png'
    values = Image.open(path)
    expected = np.asarray(values).copy()
    palette = Image.fromarray(expected, 'P')
    palette.putpalette([7, 7, 7, 200, 0, 0, 0, 200, 0] + [90] * (253 * 3))
    palette.save(path)
    assert Image.open(path).mode == 'P'
    assert np.array_equal(sample(root).gt_sem_seg.map[0].numpy(), expected)


def test_two_maps_of_an_image_have_two_sources(root):
    depth = dict(type='SemanticTask', classes=('near', 'far'), source='depth')
    (width, height) = SIZES[0]
    Image.fromarray(np.ones((height, width), np.uint8)).save(root / 'maps' / 'depth.png')
    change(root, dict(depth='depth.png'))
    maps = sample(root, tasks=dict(map=TASKS['map'], depth=depth)).gt_sem_seg
    assert (maps.depth == 1).all()
    assert len(maps.map.unique()) == 4


# What is counted


def test_counts_of_labels_are_counts_of_images(root):
    without(root, 'species')
    without(root, 'head', 2)
    change(root, {}, {}, dict(boxes=dict(head=[]), seg_map=None))
    counts = make_dataset(root).label_counts()
    assert counts == LabelCounts(3, 0, 3, 1, dict(map=2, species=2, weight=3, head=1))


def test_an_image_says_what_it_is_labelled_for(root):
    without(root, 'map')
    change(root, dict(complete=False), dict(attributes={}))
    content = read_coco(root)
    content['annotations'] = content['annotations'][1:]
    write_coco(root, content)
    dataset = make_dataset(root)
    assert dataset.labelled_tasks(0) == {'species', 'weight', 'head'}
    assert dataset.labelled_tasks(1) == {'detection', 'map', 'head'}
    assert dataset.labelled_tasks(2) == {'detection', *TASKS}


def test_a_file_with_labels_of_images_alone_is_a_data_set(root):
    content = read_coco(root)
    content['annotations'] = []
    write_coco(root, content)
    assert len(make_dataset(root)) == 3
    assert len(sample(root).gt_instances) == 0


def test_a_file_that_labels_nothing_is_refused(root):
    content = read_coco(root)
    content['annotations'] = []
    for image in content['images']:
        for task in TASKS:
            remove_label(image, task)
    write_coco(root, content)
    with pytest.raises(UserError, match='labels nothing'):
        make_dataset(root)
