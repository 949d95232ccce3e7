"""Labels that cannot be meant as they are written: mended where the file tells how, and said."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from changed_coco import objects, reload
from helpers import CLASSES, TASKS

from projects.smn.datasets import describe_remarks
from projects.smn.errors import UserError
from projects.smn.reading.outlines import polygon_area


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


@pytest.mark.parametrize('mode', [0, 0.0, '0', 'XYXY_ABS'])
@pytest.mark.parametrize('outlined', [True, False])
def test_a_record_that_says_that_its_box_is_corners_is_believed(tiny_coco, coco, mode, outlined):
    first = coco['annotations'][0]
    # Larger than the outline, as of an object that is partly hidden.
    first.update(bbox=[8, 8, 44, 44], bbox_mode=mode)
    if not outlined:
        coco['annotations'][0] = without_outline(first)
    dataset = reload(tiny_coco, coco)
    assert first_box(dataset) == [8, 8, 44, 44]
    assert remark(dataset, '`bbox_mode`').examples == ['annotation 1']


@pytest.mark.parametrize('mode', [1, 'XYWH_ABS', None])
def test_a_record_that_says_that_its_box_is_none_is_believed_too(tiny_coco, coco, mode):
    coco['annotations'][0]['bbox_mode'] = mode
    dataset = reload(tiny_coco, coco)
    assert first_box(dataset) == [8, 8, 36, 40]
    assert not dataset.remarks.unasked


@pytest.mark.parametrize('mode', [4, True, 'XYWHA_ABS'])
def test_another_bbox_mode_is_refused(tiny_coco, coco, mode):
    coco['annotations'][0]['bbox_mode'] = mode
    with pytest.raises(UserError, match=r'annotation 1: `bbox_mode` is '):
        reload(tiny_coco, coco)


def all_boxes(dataset):
    return [objects(dataset, index).bboxes.tensor.tolist() for index in range(3)]


def as_corners(annotation):
    x, y, width, height = annotation['bbox']
    return {**annotation, 'bbox': [x, y, x + width, y + height]}


def test_boxes_are_corners_where_the_outlines_of_the_file_say_so(tiny_coco, coco):
    before = all_boxes(reload(tiny_coco, coco))
    coco['annotations'] = [as_corners(annotation) for annotation in coco['annotations']]
    coco['annotations'][1] = without_outline(coco['annotations'][1])
    dataset = reload(tiny_coco, coco)
    assert all_boxes(dataset) == before
    assert remark(dataset, 'as the others of the file').examples[0] == 'annotation 2'
    assert not [one for one in dataset.remarks if 'of which other boxes' in one.what]
    # Whatever of it a config asks for.
    card = reload(tiny_coco, coco, classes=('card',), tasks={})
    assert [boxes[0] for boxes in all_boxes(card)] == [boxes[1] for boxes in before]


def test_one_box_that_looks_like_corners_changes_no_other(tiny_coco, coco):
    before = all_boxes(reload(tiny_coco, coco))
    coco['annotations'][0] = as_corners(coco['annotations'][0])
    coco['annotations'][-1] = without_outline(coco['annotations'][-1])
    dataset = reload(tiny_coco, coco)
    assert all_boxes(dataset) == before
    assert 'annotation 6' in remark(dataset, 'of which other boxes are corners').examples


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


def outlined_area(coco):
    return polygon_area(coco['annotations'][0]['segmentation'][0])


@pytest.mark.parametrize('area', [-4, 0.16, 10_000])
def test_an_area_that_cannot_be_is_that_of_the_outline(tiny_coco, coco, area):
    coco['annotations'][0]['area'] = area
    dataset = reload(tiny_coco, coco)
    assert dataset.get_data_info(0)['instances'][0]['area'] == outlined_area(coco)
    assert remark(dataset, 'areas that cannot be').examples == ['annotation 1']


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


@pytest.mark.parametrize(
    'change',
    [lambda a: a.pop('area'), lambda a: a.update(bbox=[8.0004, *a['bbox'][1:]])],
    ids=['without an area', 'rounded'],
)
def test_a_copy_that_another_program_rounded_is_one(tiny_coco, coco, change):
    copy = dict(coco['annotations'][0], id=99)
    change(copy)
    coco['annotations'].append(copy)
    dataset = reload(tiny_coco, coco)
    assert len(objects(dataset)) == 2
    assert remark(dataset, 'twice').examples == ['annotation 99']


@pytest.mark.parametrize(
    'outline', [True, 5, 'abc', [[10**400] * 6], [8, 8, 20, 8, 20, 28]], ids=str
)
def test_an_outline_that_is_none_is_said_where_no_task_reads_it(tiny_coco, coco, outline):
    coco['annotations'][0]['segmentation'] = outline
    dataset = reload(tiny_coco, coco, tasks={})
    assert first_box(dataset) == [8, 8, 36, 40]
    assert remark(dataset, 'has no area').examples == ['annotation 1']


def test_a_hyphen_between_digits_is_no_other_spelling(tiny_coco, coco):
    coco['categories'] += [dict(id=8, name='1-2'), dict(id=9, name='12')]
    coco['annotations'][0]['category_id'] = 9
    dataset = reload(tiny_coco, coco, classes=('card', '1-2'), tasks={})
    assert dataset.get_data_info(0)['complete'] is True


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
    copy = dict(coco['images'][0], id=99, file_name=f'./{coco["images"][0]["file_name"]}')
    coco['images'].append(copy)
    dataset = reload(tiny_coco, coco)
    assert [dataset.get_data_info(index)['complete'] for index in (0, 1, 3)] == [False, True, False]
    assert remark(dataset, 'one file').count == 2


def test_an_image_that_is_there_twice_with_the_same_boxes_stays_complete(tiny_coco, coco):
    coco['images'].append(dict(coco['images'][0], id=99))
    of_first = [a for a in coco['annotations'] if a['image_id'] == coco['images'][0]['id']]
    copies = [{**a, 'id': 90 + a['id'], 'image_id': 99} for a in of_first]
    coco['annotations'] += copies[::-1]
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
