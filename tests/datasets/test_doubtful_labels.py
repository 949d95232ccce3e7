"""Labels that cannot be meant as they are written: mended where the file tells how, and said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from changed_coco import objects, reload
from helpers import CLASSES, TASKS

from projects.smn.datasets import describe_remarks
from projects.smn.errors import UserError


def remark(dataset, word):
    """The one remark with a word in it."""
    (found,) = [one for one in dataset.remarks if word in one.what]
    return found


def first_box(dataset):
    return objects(dataset).bboxes.tensor[0].tolist()


@pytest.mark.parametrize(
    'outline',
    [
        [[8, 8, 30, 8, 36, 8]],
        [[0.1, 0.1, 0.5, 0.1, 0.5, 0.6]],
        [[70, 8, 90, 8, 90, 30]],
        [[0, 0, 0, 0, 0, 0]],
    ],
    ids=['a line', 'shares of the image', 'beside the image', 'zeros'],
)
def test_an_outline_without_area_is_no_empty_mask(tiny_coco, coco, outline):
    coco['annotations'][0]['segmentation'] = outline
    dataset = reload(tiny_coco, coco)
    assert first_box(dataset) == [8, 8, 36, 40]
    assert objects(dataset).mask_labelled.tolist() == [False, True]
    assert remark(dataset, 'has no area').examples == ['annotation 1']


def test_a_further_mask_without_area_is_not_labelled_and_an_empty_one_is(tiny_coco, coco):
    coco['annotations'][0]['masks'] = dict(spine=[[9, 9, 20, 9, 30, 9]])
    dataset = reload(tiny_coco, coco)
    assert not objects(dataset).spine_labelled[0]
    assert remark(dataset, "masks 'spine' without area").examples == ['annotation 1']
    coco['annotations'][0]['masks'] = dict(spine=[])
    assert objects(reload(tiny_coco, coco)).spine_labelled[0]


@pytest.mark.parametrize('outline', [[], [[8, 8, 30, 8, 36, 8]]], ids=['none', 'a line'])
def test_an_object_that_nobody_can_place_is_lost_and_not_the_file(tiny_coco, coco, outline):
    coco['annotations'][0].update(bbox=None, segmentation=outline)
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).labels.tolist() == [1]
    assert dataset.get_data_info(0)['complete'] == (1,)
    assert remark(dataset, 'neither a box nor an outline').count == 1


def test_a_crowd_that_nobody_can_place_loses_nothing(tiny_coco, coco):
    crowd = dict(coco['annotations'][0], id=99, bbox=[90, 90, 4, 4], iscrowd=1)
    del crowd['segmentation']
    coco['annotations'].append(crowd)
    dataset = reload(tiny_coco, coco)
    assert dataset.get_data_info(0)['complete'] is True
    assert [one.what.split()[0] for one in dataset.remarks] == ['crowds']


def without_outline(annotation, **changes):
    rest = {key: value for key, value in annotation.items() if key not in ('segmentation', 'area')}
    return {**rest, **changes}


@pytest.mark.parametrize(
    'said', [dict(area=28 * 32), dict(bbox_mode=0), dict(bbox_mode='XYXY_ABS')]
)
def test_a_record_that_says_that_its_box_is_corners_is_believed(tiny_coco, coco, said):
    first = coco['annotations'][0]
    coco['annotations'][0] = without_outline(first, bbox=[8, 8, 36, 40], **said)
    dataset = reload(tiny_coco, coco)
    assert first_box(dataset) == [8, 8, 36, 40]
    assert remark(dataset, '`bbox_mode` or `area`').examples == ['annotation 1']


def test_another_bbox_mode_is_refused(tiny_coco, coco):
    coco['annotations'][0] = without_outline(coco['annotations'][0], bbox_mode=4)
    with pytest.raises(UserError, match=r"annotation 1: `bbox_mode` is '4'"):
        reload(tiny_coco, coco)


def all_boxes(dataset):
    return [objects(dataset, index).bboxes.tensor.tolist() for index in range(3)]


def test_boxes_are_corners_where_all_outlines_of_the_file_say_so(tiny_coco, coco):
    before = all_boxes(reload(tiny_coco, coco))
    for place, annotation in enumerate(coco['annotations']):
        x, y, width, height = annotation['bbox']
        annotation['bbox'] = [x, y, x + width, y + height]
        if place % 2:
            coco['annotations'][place] = without_outline(annotation)
    dataset = reload(tiny_coco, coco)
    assert all_boxes(dataset) == before
    assert remark(dataset, 'as the others of the file').count == 4
    assert not [one for one in dataset.remarks if 'of which other boxes' in one.what]


def test_where_outlines_disagree_about_corners_boxes_stay_and_it_is_said(tiny_coco, coco):
    before = all_boxes(reload(tiny_coco, coco))
    x, y, width, height = coco['annotations'][0]['bbox']
    coco['annotations'][0]['bbox'] = [x, y, x + width, y + height]
    coco['annotations'][-1] = without_outline(coco['annotations'][-1])
    dataset = reload(tiny_coco, coco)
    assert all_boxes(dataset) == before
    assert remark(dataset, 'of which other boxes are corners').count == 1


def test_a_box_that_reaches_out_of_its_image_is_said(tiny_coco, coco):
    coco['annotations'][0] = without_outline(coco['annotations'][0], bbox=[30, 8, 40, 32])
    assert remark(reload(tiny_coco, coco), 'reach').examples == ['annotation 1']


def test_a_box_before_its_rotation_is_the_one_around_it(tiny_coco, coco):
    turned = without_outline(
        coco['annotations'][0],
        bbox=[10, 20, 20, 8],
        attributes=dict(occluded=False, rotation=90.0),
    )
    coco['annotations'][0] = turned
    dataset = reload(tiny_coco, coco)
    assert first_box(dataset) == pytest.approx([16, 14, 24, 34])
    assert remark(dataset, 'rotation').examples == ['annotation 1']


def test_a_rotation_that_a_task_learns_turns_no_box(tiny_coco, coco):
    coco['annotations'][0] = without_outline(
        coco['annotations'][0], bbox=[10, 20, 20, 8], attributes=dict(rotation=90.0)
    )
    task = dict(type='RegressionTask', of='fruit', source='rotation', unit='deg')
    dataset = reload(tiny_coco, coco, tasks={'rotation': task})
    assert first_box(dataset) == [10, 20, 30, 28]


@pytest.mark.parametrize('area', [-4, 10_000])
def test_an_area_that_cannot_be_is_that_of_the_box(tiny_coco, coco, area):
    coco['annotations'][0]['area'] = area
    dataset = reload(tiny_coco, coco)
    assert dataset.get_data_info(0)['instances'][0]['area'] == 28 * 32
    assert remark(dataset, 'areas').examples == ['annotation 1']


def test_numbers_of_a_box_are_not_the_letters_of_a_text(tiny_coco, coco):
    coco['annotations'][0] = without_outline(coco['annotations'][0], bbox='1234')
    with pytest.raises(UserError, match=r"`bbox` is '1234', not four finite numbers"):
        reload(tiny_coco, coco)


def test_one_object_of_two_labels_is_said_and_kept(tiny_coco, coco):
    first = coco['annotations'][0]
    coco['annotations'].append({**first, 'id': 99, 'attributes': dict(neck='3')})
    dataset = reload(tiny_coco, coco)
    assert len(objects(dataset)) == 3
    assert remark(dataset, 'differ in their labels').examples == ['annotation 99']


def test_the_same_object_twice_is_one_however_its_values_are_written(tiny_coco, coco):
    first = coco['annotations'][0]
    copy = {**first, 'id': 99, 'iscrowd': '0', 'bbox': [str(value) for value in first['bbox']]}
    coco['annotations'].append(copy)
    dataset = reload(tiny_coco, coco)
    assert len(objects(dataset)) == 2
    assert remark(dataset, 'twice').examples == ['annotation 99']


@pytest.mark.parametrize('name', ['Fruit', 'fruit ', 'FRUIT'])
def test_a_category_almost_called_as_a_class_is_not_background(tiny_coco, coco, name):
    coco['categories'].append(dict(id=9, name=name))
    coco['annotations'][0]['category_id'] = 9
    dataset = reload(tiny_coco, coco)
    assert dataset.get_data_info(0)['complete'] == (1,)
    found = remark(dataset, 'almost called')
    assert found.examples == [f"{name!r}, not 'fruit'"]
    assert not found.chosen


def test_two_records_of_one_file_that_differ_teach_no_background(tiny_coco, coco):
    copy = dict(coco['images'][0], id=99)
    coco['images'].append(copy)
    dataset = reload(tiny_coco, coco)
    assert [dataset.get_data_info(index)['complete'] for index in (0, 1, 3)] == [False, True, False]
    assert remark(dataset, 'one file').count == 2


def test_an_image_that_is_there_twice_with_the_same_boxes_stays_complete(tiny_coco, coco):
    coco['images'].append(dict(coco['images'][0], id=99))
    of_first = [a for a in coco['annotations'] if a['image_id'] == coco['images'][0]['id']]
    coco['annotations'] += [{**a, 'id': 90 + a['id'], 'image_id': 99} for a in of_first]
    dataset = reload(tiny_coco, coco)
    assert dataset.get_data_info(0)['complete'] is dataset.get_data_info(3)['complete'] is True


def test_lists_of_lvis_say_of_which_classes_an_image_is_complete(tiny_coco, coco):
    coco['categories'].append(dict(id=9, name='leaf'))
    first, second, third = coco['images']
    first.update(neg_category_ids=[9], not_exhaustive_category_ids=[])
    second.update(neg_category_ids=[], not_exhaustive_category_ids=[1])
    third.update(neg_category_ids=['9'], not_exhaustive_category_ids=['1', '2'], complete=True)
    dataset = reload(tiny_coco, coco, classes=(*CLASSES, 'leaf'), tasks={})
    assert [dataset.get_data_info(i)['complete'] for i in range(3)] == [True, (1,), True]


def test_a_point_outside_of_its_image_is_not_labelled(tiny_coco, coco):
    coco['annotations'][0]['keypoints'] = [10, 10, 2, 300, 20, 2]
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).ends[0, :, 2].tolist() == [2, 0]
    assert remark(dataset, 'points outside').examples == ['annotation 1']


def test_points_that_their_number_contradicts_are_said(tiny_coco, coco):
    coco['annotations'][0].update(keypoints=[10, 10, 0, 30, 20, 0], num_keypoints=2)
    assert remark(reload(tiny_coco, coco), 'num_keypoints').examples == ['annotation 1']


def further_points(coco):
    for annotation in coco['annotations']:
        annotation['points'] = dict(tips=[1, 2, 2, 3, 4, 2])
    return dict(tips=dict(type='KeypointTask', of='fruit', points=('a', 'b'), source='tips'))


def test_names_of_further_points_are_those_of_their_category(tiny_coco, coco):
    tasks = further_points(coco)
    coco['categories'][0]['points'] = dict(tips=['b', 'a'])
    dataset = reload(tiny_coco, coco, tasks=tasks)
    assert objects(dataset).tips[0].tolist() == [[3, 4, 2], [1, 2, 2]]
    assert not dataset.remarks.unasked


def test_without_names_the_order_of_further_points_is_said(tiny_coco, coco):
    dataset = reload(tiny_coco, coco, tasks=further_points(coco))
    assert objects(dataset).tips[0].tolist() == [[1, 2, 2], [3, 4, 2]]
    assert "in the order 'a', 'b'" in remark(dataset, '`points.tips`').what


def test_a_file_that_is_not_utf8_is_said(tiny_coco, coco):
    coco['categories'].append(dict(id=9, name='pi\u00f1a'))
    dataset = reload(tiny_coco, coco)
    path = tiny_coco / 'annotations/train.json'
    path.write_bytes(path.read_text('utf-8').replace('\\u00f1', '\u00f1').encode('cp1252'))
    dataset = type(dataset)(
        ann_file=str(path),
        data_prefix=dict(img=str(tiny_coco / 'train')),
        metainfo=dict(classes=CLASSES, tasks=TASKS),
    )
    assert 'cp1252' in describe_remarks([('a.json', dataset.remarks)])


def test_maps_of_0_and_255_alone_may_be_masks(tiny_coco, coco):
    (tiny_coco / 'maps').mkdir()
    values = np.zeros((48, 64), np.uint8)
    values[10:20] = 255
    for image in coco['images']:
        cv2.imwrite(str(tiny_coco / 'maps' / image['file_name']), values)
        image['seg_map'] = image['file_name']
    coco['info'] = dict(semantic_classes=['background', 'soil'])
    tasks = dict(ground=dict(type='SemanticTask', classes=('background', 'soil')))
    prefix = dict(img='train/', seg='maps/')
    dataset = reload(tiny_coco, coco, tasks=tasks, data_prefix=prefix)
    assert remark(dataset, 'maps of 0 and 255').count == 3
    values[10:15] = 1
    cv2.imwrite(str(tiny_coco / 'maps' / coco['images'][0]['file_name']), values)
    assert not reload(tiny_coco, coco, tasks=tasks, data_prefix=prefix).remarks.unasked
