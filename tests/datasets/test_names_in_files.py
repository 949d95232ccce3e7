"""Where a file names what lies in its labels by position, names decide."""

from __future__ import annotations

import numpy as np
import pytest
from changed_coco import objects, reload
from PIL import Image

from projects.smn.errors import UserError

POINTS = [14.5, 13.5, 2, 30.5, 34.5, 1]  # of the first object: left, right


def test_keypoints_are_taken_by_name(tiny_coco, coco):
    coco['categories'][0]['keypoints'] = ['right', 'left']
    for annotation in coco['annotations']:
        if points := annotation.get('keypoints'):
            annotation['keypoints'] = points[3:] + points[:3]
    assert objects(reload(tiny_coco, coco)).ends[0].flatten().tolist() == POINTS


def test_of_more_points_those_are_taken_that_are_asked_for(tiny_coco, coco):
    coco['categories'][0]['keypoints'] = ['middle', 'right', 'top', 'left']
    for annotation in coco['annotations']:
        if points := annotation.get('keypoints'):
            annotation['keypoints'] = [1, 1, 2, *points[3:], 0, 0, 0, *points[:3]]
    assert objects(reload(tiny_coco, coco)).ends[0].flatten().tolist() == POINTS


def test_another_number_of_points_than_of_names_is_refused(tiny_coco, coco):
    coco['categories'][0]['keypoints'] = ['right', 'left', 'top']
    with pytest.raises(UserError, match=r"annotation 1: task 'ends': .* is not 9 numbers"):
        reload(tiny_coco, coco)


@pytest.mark.parametrize('names', [['head', 'tail'], ['left', 'left'], 'left', [1, 2]], ids=str)
def test_other_names_are_refused(tiny_coco, coco, names):
    coco['categories'][0]['keypoints'] = names
    with pytest.raises(UserError, match=r"train.json: task 'ends': .*category 'fruit'"):
        reload(tiny_coco, coco)


def test_without_names_the_order_is_taken_for_granted_and_said(tiny_coco, coco):
    del coco['categories'][0]['keypoints']
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).ends[0].flatten().tolist() == POINTS
    (remark,) = dataset.remarks.unasked
    assert "'left', 'right'" in remark.what


def test_names_of_a_category_without_points_do_not_matter(tiny_coco, coco):
    coco['categories'].append(dict(id=9, name='person', keypoints=['nose']))
    assert objects(reload(tiny_coco, coco)).ends[0].flatten().tolist() == POINTS


@pytest.fixture
def with_maps(tiny_coco, coco):
    """Of each image a map: background, grass, path from left to right."""
    (tiny_coco / 'maps').mkdir()
    values = np.zeros((48, 64), np.uint8)
    values[:, 20:40], values[:, 40:60], values[:, 60:] = 1, 2, 255
    for image in coco['images']:
        image['seg_map'] = f'{image["id"]}.png'
        Image.fromarray(values).save(tiny_coco / 'maps' / image['seg_map'])

    def load(classes=('background', 'grass', 'path'), **info):
        coco['info'] = info
        tasks = dict(ground=dict(type='SemanticTask', classes=classes))
        dataset = reload(tiny_coco, coco, tasks=tasks, data_prefix=dict(img='train/', seg='maps/'))
        found = dataset[0]['data_samples'].gt_sem_seg.ground[0].numpy()
        names = [*classes, *['ignored'] * 300]
        return dataset, [names[value] for value in found[0, [0, 20, 40, 60]]]

    return load


IN_ORDER = ['background', 'grass', 'path', 'ignored']


@pytest.mark.parametrize('key', ['semantic_classes', 'seg_map_classes'])
def test_values_of_maps_are_taken_by_name(with_maps, key):
    names = {key: ['background', 'grass', 'path']}
    assert with_maps(**names)[1] == IN_ORDER
    assert with_maps(('path', 'background', 'sky', 'grass'), **names)[1] == IN_ORDER


def test_without_names_of_values_the_order_is_taken_for_granted_and_said(with_maps):
    dataset, found = with_maps()
    assert found == IN_ORDER
    assert "'background', 'grass', 'path'" in dataset.remarks.unasked[0].what


def test_a_class_of_maps_that_no_task_has_is_refused(with_maps):
    with pytest.raises(UserError, match=r"task 'ground': .*no class 'water'"):
        with_maps(semantic_classes=['background', 'water', 'path'])


def test_a_value_without_a_name_is_refused(with_maps):
    with pytest.raises(UserError, match='pixels of value 2, but 2 classes'):
        with_maps(semantic_classes=['grass', 'background'])
