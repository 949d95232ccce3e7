"""COCO files with tasks: what is loaded, and what is labelled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from changed_coco import objects, reload
from helpers import CLASSES, TASKS, make_dataset, write_coco
from pycocotools.coco import COCO

from projects.smn.datasets import CocoTaskDataset
from projects.smn.tasks import to_fields

# What is loaded


def test_all_labels_arrive_in_fields_of_their_own(tiny_coco):
    dataset = make_dataset(tiny_coco)
    assert len(dataset) == 3
    first = objects(dataset)
    assert first.labels.tolist() == [0, 1]
    assert first.bboxes.tensor.tolist() == [[8, 8, 36, 40], [42, 4, 58, 16]]
    assert first.areas.tolist() == [576, 192]
    assert first.ends.tolist()[0] == [[14.5, 13.5, 2], [30.5, 34.5, 1]]
    assert first.neck.tolist() == [0, -1]
    assert first.colour.tolist() == [0, 1]
    assert first.length.tolist() == pytest.approx([150.5, math.nan], nan_ok=True)
    assert first.spine_labelled.tolist() == [True, False]


def test_serialized_data_are_the_same_data(tiny_coco):
    plain, serialized = make_dataset(tiny_coco), make_dataset(tiny_coco, serialize_data=True)
    for index in range(3):
        assert plain.get_data_info(index) == serialized.get_data_info(index)


def test_an_image_without_task_labels_is_not_labelled_at_all(tiny_coco):
    third = objects(make_dataset(tiny_coco), 2)
    assert len(third) == 2
    assert not third.mask_labelled.any()
    assert not third.spine_labelled.any()
    assert third.neck.tolist() == third.colour.tolist() == [-1, -1]
    assert third.length.isnan().all()
    assert not third.ends[..., 2].any()


def test_masks_equal_those_of_pycocotools(tiny_coco, coco):
    rows = np.zeros((48, 64), int)
    rows[3:20, 5:9] = 1
    ends = np.flatnonzero(np.diff(rows.flatten(order='F'))) + 1
    runs = np.diff([0, *ends, rows.size]).tolist()
    coco['annotations'][1].update(bbox=[5, 3, 4, 17], segmentation=dict(size=[48, 64], counts=runs))
    coco['annotations'][2].update(
        bbox=[1.3, 2.7, 49.2, 42.3],
        segmentation=[[1.3, 2.7, 50.5, 9.1, 20, 44.4], [3, 30, 9, 30, 6, 45]],
    )
    dataset = reload(tiny_coco, coco)
    reference = COCO(str(tiny_coco / 'annotations' / 'train.json'))
    for index, image in enumerate((1, 2)):
        expected = [reference.annToMask(a) for a in reference.loadAnns(reference.getAnnIds(image))]
        assert np.array_equal(objects(dataset, index).mask.masks, expected)
    assert np.array_equal(objects(dataset, 0).mask.masks[1], rows)


def test_a_present_and_empty_mask_is_a_label_but_that_of_the_object_itself(tiny_coco, coco):
    coco['annotations'][0].update(segmentation=[], masks=dict(spine=[]))
    first = objects(reload(tiny_coco, coco))
    assert first.mask_labelled.tolist() == [False, True]
    assert first.spine_labelled.tolist() == [True, False]
    assert not first.mask.masks[0].any()
    assert not first.spine.masks.any()


def test_labels_of_objects_of_other_classes_are_not_loaded(tiny_coco, coco):
    fruit, card = coco['annotations'][:2]
    for key in ('masks', 'keypoints', 'attributes'):
        card[key] = fruit[key]
    first = objects(reload(tiny_coco, coco))
    assert first.spine_labelled.tolist() == [True, False]
    assert not first.spine.masks[1].any()
    assert not first.ends[1].any()
    assert first.neck.tolist() == [0, -1]
    assert first.length[1].isnan()
    assert first.colour.tolist() == [0, 0]


def test_labels_of_objects_of_other_classes_are_not_even_checked(tiny_coco, coco):
    coco['annotations'][1]['keypoints'] = 'none'
    assert len(objects(reload(tiny_coco, coco))) == 2


@pytest.mark.parametrize('names', [(), *((name,) for name in TASKS), tuple(TASKS)], ids=str)
def test_any_subset_of_the_tasks_gives_the_fields_of_that_subset(tiny_coco, names):
    tasks = {name: TASKS[name] for name in names}
    masks = {f'{name}_labelled' for name in names if TASKS[name]['type'] == 'MaskTask'}
    dataset = make_dataset(tiny_coco, tasks=tasks)
    assert set(objects(dataset).keys()) == {'bboxes', 'labels', 'areas', *names, *masks}


@pytest.mark.parametrize('name', TASKS)
def test_three_tasks_of_one_kind_have_three_sources(tiny_coco, coco, name):
    config = TASKS[name]
    one = dict(config, source=make_dataset(tiny_coco).tasks[name].source)
    other = dict(config, source='elsewhere')
    first = objects(make_dataset(tiny_coco, tasks=dict(one=one, two=other, three=one)))
    a, b, c = (to_fields(first)[key] for key in ('one', 'two', 'three'))
    np.testing.assert_array_equal(a, c)
    assert not np.array_equal(a, b)


def test_no_objects_give_empty_fields(tiny_coco, coco):
    coco['annotations'] = [a for a in coco['annotations'] if a['image_id'] != 1]
    first = objects(reload(tiny_coco, coco))
    assert len(first) == 0
    assert first.ends.shape == (0, 2, 3)
    assert first.mask.masks.shape == (0, 48, 64)
    assert set(TASKS) <= set(first.keys())


def test_categories_are_mapped_by_name(tiny_coco, coco):
    expected = [objects(make_dataset(tiny_coco), index) for index in range(3)]
    ids = {1: 71, 2: 5}
    coco['categories'] = [
        dict(id=5, name='card'),
        dict(id=0, name='leaf'),
        dict(id=71, name='fruit'),
    ]
    for annotation in coco['annotations']:
        annotation['category_id'] = ids[annotation['category_id']]
    dataset = reload(tiny_coco, coco)
    for index in range(3):
        found = objects(dataset, index)
        assert found.labels.tolist() == expected[index].labels.tolist() == [0, 1]
        assert found.neck.tolist() == expected[index].neck.tolist()


def test_the_order_of_the_classes_is_the_configs(tiny_coco):
    dataset = make_dataset(tiny_coco, classes=CLASSES[::-1])
    assert objects(dataset).labels.tolist() == [1, 0]
    assert objects(dataset).neck.tolist() == [0, -1]


def test_objects_of_classes_that_the_config_leaves_out_are_dropped(tiny_coco):
    dataset = make_dataset(tiny_coco, classes=('card',), tasks=dict(mask=dict(type='MaskTask')))
    assert objects(dataset).labels.tolist() == [0]
    assert objects(dataset).bboxes.tensor.tolist() == [[42, 4, 58, 16]]


@pytest.mark.parametrize(
    'bbox', [[70, 4, 9, 9], [5, 5, 0.5, 9], [0, 0, 0, 0], [-20, 5, 9, 9]], ids=str
)
def test_objects_outside_and_tiny_ones_are_left_out_and_said(tiny_coco, coco, bbox):
    coco['annotations'][0].update(bbox=bbox)
    del coco['annotations'][0]['segmentation']
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).labels.tolist() == [1]
    assert dataset.get_data_info(0)['complete'] == (1,)  # of cards, all are boxed
    (remark,) = [remark for remark in dataset.remarks.unasked if 'left out' in remark.what]
    assert (remark.count, remark.examples) == (1, ['annotation 1'])


@pytest.mark.parametrize('key', ['iscrowd', 'ignore'])
@pytest.mark.parametrize('value', [1, True, '1', 'true', 1.0], ids=repr)
def test_crowds_are_ignored_instances_with_all_fields(tiny_coco, coco, key, value):
    coco['annotations'][0][key] = value
    sample = reload(tiny_coco, coco)[0]['data_samples']
    assert sample.gt_instances.labels.tolist() == [1]
    assert sample.ignored_instances.labels.tolist() == [0]
    assert set(sample.ignored_instances.keys()) == set(sample.gt_instances.keys())


def test_the_filter_drops_empty_images_in_training_only(tiny_coco, coco):
    coco['annotations'] = [a for a in coco['annotations'] if a['image_id'] != 2]
    options = dict(filter_cfg=dict(filter_empty_gt=True))
    assert len(reload(tiny_coco, coco, **options)) == 2
    assert len(make_dataset(tiny_coco, **options, test_mode=True)) == 3
    assert len(make_dataset(tiny_coco)) == 3
    assert len(make_dataset(tiny_coco, filter_cfg=dict(min_size=48))) == 3


def test_the_filter_keeps_images_that_are_labelled_as_a_whole(tiny_coco, coco):
    coco['annotations'] = [a for a in coco['annotations'] if a['image_id'] != 2]
    coco['images'][1]['attributes'] = dict(weather='sun')
    weather = dict(type='ClassificationTask', per='image', classes=('sun', 'rain'))
    write_coco(tiny_coco, coco)
    dataset = make_dataset(
        tiny_coco, filter_cfg=dict(filter_empty_gt=True), tasks={**TASKS, 'weather': weather}
    )
    assert len(dataset) == 3


def test_images_are_complete_unless_the_file_says_otherwise(tiny_coco, coco):
    coco['images'][0]['complete'] = False
    coco['images'][1]['complete'] = True
    dataset = reload(tiny_coco, coco)
    assert [dataset.get_data_info(index)['complete'] for index in range(3)] == [False, True, True]
    serialized = make_dataset(tiny_coco, serialize_data=True)
    assert serialized.get_data_info(0)['complete'] is False


@pytest.mark.parametrize(
    ('classes', 'listed', 'complete'),
    [
        (('fruit', 'card'), ['fruit'], (0,)),
        (('fruit', 'card'), ['card'], (1,)),
        (('card', 'fruit'), ['card'], (0,)),
        (('fruit', 'card'), ['card', 'fruit'], True),
        (('fruit', 'card'), [], False),
        (('card',), ['card'], True),
        (('card',), ['fruit'], False),
    ],
    ids=str,
)
def test_an_image_may_be_complete_for_some_of_the_classes(
    tiny_coco, coco, classes, listed, complete
):
    coco['images'][1]['complete'] = listed
    coco['annotations'] = [a for a in coco['annotations'] if a['image_id'] == 1]
    dataset = reload(tiny_coco, coco, classes=classes, tasks={})
    found = dataset.get_data_info(1)['complete']
    assert found == complete
    assert type(found) is type(complete)
    assert ('detection' in dataset.labelled_tasks(1)) == bool(complete)
    assert dataset.label_counts().incomplete == (complete is not True)


def test_reading_does_not_ask_for_all_classes_at_each_object(tiny_coco, coco, monkeypatch):
    """mmengine copies the whole of ``metainfo`` whenever it is asked for."""
    asked = []
    monkeypatch.setattr(
        CocoTaskDataset, 'metainfo', property(lambda self: asked.append(1) or self._metainfo)
    )
    reload(tiny_coco, coco)
    few = len(asked)
    coco['annotations'] += [
        {**a, 'id': 100 * copy + a['id'], 'area': 100 + copy}
        for copy in range(1, 20)
        for a in coco['annotations']
    ]
    assert reload(tiny_coco, coco).label_counts().boxes == 120
    assert len(asked) <= 2 * few


@pytest.mark.parametrize('test_mode', [True, False])
def test_files_with_boxes_only_and_images_without_objects_are_fine(tiny_coco, coco, test_mode):
    coco['annotations'] = [
        dict(id=a['id'], image_id=a['image_id'], category_id=a['category_id'], bbox=a['bbox'])
        for a in coco['annotations'][-1:]
    ]
    dataset = reload(tiny_coco, coco, test_mode=test_mode)
    assert [len(objects(dataset, index)) for index in range(3)] == [0, 0, 1]


# What is labelled


@pytest.mark.parametrize('serialize_data', [True, False])
def test_labels_are_counted(tiny_coco, serialize_data):
    counts = make_dataset(tiny_coco, serialize_data=serialize_data).label_counts()
    assert (counts.images, counts.incomplete, counts.boxes) == (3, 0, 6)
    assert counts.tasks == dict(mask=4, spine=2, ends=2, neck=2, colour=4, length=2)


@pytest.mark.parametrize('serialize_data', [True, False])
def test_an_image_is_labelled_for_the_tasks_of_its_objects(tiny_coco, coco, serialize_data):
    fruit, _, other, _, _, _ = coco['annotations']
    coco['annotations'] = [fruit, {**other, 'attributes': dict(neck='1')}]
    for key in ('segmentation', 'masks', 'keypoints'):
        coco['annotations'][1].pop(key)
    dataset = reload(tiny_coco, coco, serialize_data=serialize_data)
    assert dataset.labelled_tasks(0) == {*TASKS, 'detection'}
    assert dataset.labelled_tasks(1) == {'neck', 'detection'}
    assert dataset.labelled_tasks(2) == {'detection'}  # its background


def test_an_incomplete_image_is_labelled_for_detection_only_if_it_has_a_box(tiny_coco, coco):
    for image in coco['images'][:2]:
        image['complete'] = False
    coco['annotations'] = [a for a in coco['annotations'] if a['image_id'] == 1]
    dataset = reload(tiny_coco, coco)
    assert 'detection' in dataset.labelled_tasks(0)
    assert dataset.labelled_tasks(1) == set()
    assert dataset.label_counts().incomplete == 2


@pytest.mark.parametrize(
    ('change', 'task'),
    [
        (dict(keypoints=[14.5, 13.5, 0, 30.5, 34.5, 0]), 'ends'),
        (dict(keypoints=[]), 'ends'),
        (dict(attributes=dict(neck='')), 'neck'),
        (dict(attributes=dict(length='')), 'length'),
    ],
    ids=str,
)
def test_labels_that_train_nothing_are_not_counted(tiny_coco, coco, change, task):
    coco['annotations'][0].update(change)
    dataset = reload(tiny_coco, coco)
    assert task not in dataset.labelled_tasks(0)
    assert dataset.label_counts().tasks[task] == 1


def test_one_visible_point_and_an_empty_mask_are_labels(tiny_coco, coco):
    coco['annotations'][0].update(keypoints=[0, 0, 0, 30.5, 34.5, 1], masks=dict(spine=[]))
    dataset = reload(tiny_coco, coco)
    assert {'ends', 'spine'} <= dataset.labelled_tasks(0)
    assert dataset.label_counts().tasks['spine'] == 2


def test_crowds_and_objects_of_other_classes_are_not_counted(tiny_coco, coco):
    coco['annotations'][0]['iscrowd'] = 1
    dataset = reload(tiny_coco, coco)
    assert dataset.labelled_tasks(0) == {'mask', 'colour', 'detection'}
    assert dataset.label_counts().boxes == 5
    masks = dict(mask=dict(type='MaskTask'))
    counts = make_dataset(tiny_coco, classes=('card',), tasks=masks).label_counts()
    assert (counts.images, counts.boxes, counts.tasks) == (3, 3, dict(mask=2))


def test_what_is_counted_is_what_is_loaded(tiny_coco):
    dataset = make_dataset(tiny_coco)
    loaded = [objects(dataset, index) for index in range(3)]
    counts = dataset.label_counts().tasks
    assert counts['mask'] == sum(int(o.mask_labelled.sum()) for o in loaded)
    assert counts['ends'] == sum(int((o.ends[..., 2] > 0).any(1).sum()) for o in loaded)
    assert counts['neck'] == sum(int((o.neck >= 0).sum()) for o in loaded)
    assert counts['length'] == sum(int((~o.length.isnan()).sum()) for o in loaded)
