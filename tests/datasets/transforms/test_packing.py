"""The two ends of a pipeline: what is loaded, and what the network is given."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import CLASSES, TASKS, make_dataset, read_coco, write_coco
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks
from mmengine.dataset import Compose

from projects.smn.datasets import LoadTaskAnnotations, PackTaskInputs, TaskLabels


def test_loading_adds_the_labels_of_all_tasks_as_one_thing(tiny_coco):
    results = make_dataset(tiny_coco).get_data_info(0)
    loaded = LoadTaskAnnotations()(dict(results, ori_shape=(48, 64)))
    labels = loaded['gt_masks']
    assert isinstance(labels, TaskLabels)
    assert len(labels) == 2
    assert set(labels.objects) == {*TASKS, 'areas'}
    assert loaded['gt_bboxes_labels'].tolist() == [0, 1]
    assert loaded['gt_ignore_flags'].tolist() == [False, False]


def test_fields_have_the_types_that_heads_expect(tiny_coco):
    objects = make_dataset(tiny_coco)[0]['data_samples'].gt_instances
    assert 'masks' not in objects
    assert isinstance(objects.mask, BitmapMasks)
    assert isinstance(objects.spine, BitmapMasks)
    assert isinstance(objects.bboxes, HorizontalBoxes)
    types = dict(ends=torch.float32, neck=torch.int64, length=torch.float32, areas=torch.float32)
    types.update(mask_labelled=torch.bool, labels=torch.int64)
    assert {name: objects[name].dtype for name in types} == types


def test_the_sample_says_how_to_go_back_to_the_original_image(tiny_coco):
    resize = dict(type='Resize', scale=(128, 96), keep_ratio=True)
    sample = make_dataset(tiny_coco, resize)[1]['data_samples']
    assert sample.img_id == 2
    assert sample.img_path.endswith('2.png')
    assert (sample.ori_shape, sample.img_shape) == ((48, 64), (96, 128))
    assert sample.scale_factor == (2, 2)


def test_reading_an_object_again_gives_the_same_labels(tiny_coco):
    flip = dict(type='RandomFlip', prob=1.0)
    dataset = make_dataset(tiny_coco, flip)
    first, again = (dataset[0]['data_samples'].gt_instances for _ in range(2))
    for name in ('ends', 'neck', 'colour'):
        assert torch.equal(first[name], again[name])
    assert torch.equal(first.bboxes.tensor, again.bboxes.tensor)
    assert np.array_equal(first.mask.masks, again.mask.masks)


def test_an_image_without_labels_is_packed_too():
    steps = [dict(type='Resize', scale=(32, 24)), dict(type='PackTaskInputs')]
    image = np.full((48, 64, 3), 7, np.uint8)
    packed = Compose(steps)(dict(img=image, ori_shape=(48, 64)))
    assert packed['inputs'].shape == (3, 24, 32)
    assert (packed['inputs'] == 7).all()
    assert not packed['data_samples'].gt_instances.keys()


def test_the_keys_of_the_sample_can_be_chosen(tiny_coco):
    data = LoadTaskAnnotations()(
        dict(make_dataset(tiny_coco).get_data_info(0), ori_shape=(48, 64), img_shape=(48, 64))
    )
    sample = PackTaskInputs(meta_keys=('img_id', 'tasks'))(data)['data_samples']
    assert set(sample.metainfo_keys()) == {'img_id', 'tasks', 'complete'}
    assert list(sample.tasks) == list(TASKS)
    assert sample.tasks['mask'].dataset_classes == CLASSES


MOVES = [
    dict(type='RandomTranspose', prob=1.0),
    dict(type='RandomChoiceResize', scales=[(128, 96)], keep_ratio=True),
    dict(type='RandomFlip', prob=1.0),
    dict(type='RandomCrop', crop_size=(30, 30), allow_negative_crop=True),
    dict(type='PhotoMetricDistortion'),
    dict(type='Pad', size_divisor=32),
]


@pytest.mark.parametrize('transforms', [[], MOVES], ids=['plain', 'moved'])
def test_network_and_assigners_learn_which_images_are_not_complete(tiny_coco, transforms):
    content = read_coco(tiny_coco)
    content['images'][1]['complete'] = False
    content['images'][2]['complete'] = ['card']
    write_coco(tiny_coco, content)
    dataset = make_dataset(tiny_coco, *transforms)
    for index, complete in enumerate((True, False, (1,))):
        sample = dataset[index]['data_samples']
        assert sample.complete == complete
        assert type(sample.complete) is type(complete)
        assert sample.gt_instances.metainfo == dict(complete=complete)
        assert sample.gt_instances[:1].to('cpu').metainfo == dict(complete=complete)


def test_an_image_to_predict_on_is_taken_for_complete():
    image = np.zeros((48, 64, 3), np.uint8)
    packed = PackTaskInputs(meta_keys=())(dict(img=image))
    assert packed['data_samples'].complete is True
    assert packed['data_samples'].gt_instances.metainfo == dict(complete=True)


def test_a_pipeline_that_does_not_resize_has_a_scale_of_one():
    packed = PackTaskInputs()(dict(img=np.zeros((48, 64, 3), np.uint8)))
    assert packed['data_samples'].scale_factor == (1, 1)
