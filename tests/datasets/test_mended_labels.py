"""Label files with the oddities of exporters: nothing gets lost, or is mended, without a word."""

from __future__ import annotations

import unicodedata

import pytest
from changed_coco import objects, reload
from helpers import make_dataset

from projects.smn.datasets import describe_remarks, refuse_remarks
from projects.smn.errors import UserError

FRUIT = [8, 8, 28, 32]  # what outlines the first object


def remark(dataset, word):
    """The one remark with a word in it."""
    (found,) = [one for one in dataset.remarks if word in one.what]
    return found


@pytest.mark.parametrize(
    ('bbox', 'word'),
    [
        ([0, 0, 0, 0], 'no size'),
        (None, 'no size'),
        ([8, 8, 36, 40], 'written as corners'),
        ([20, 20, 28, 32], 'leaves'),
    ],
)
def test_a_box_that_cannot_be_is_that_of_its_outline(tiny_coco, coco, bbox, word):
    coco['annotations'][0]['bbox'] = bbox
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).bboxes.tensor[0].tolist() == [8, 8, 36, 40]
    assert dataset.get_data_info(0)['complete'] is True
    assert remark(dataset, word).examples == ['annotation 1']


def test_a_box_that_holds_more_than_its_outline_is_kept_and_said(tiny_coco, coco):
    coco['annotations'][0]['bbox'] = [4, 4, 40, 40]
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).bboxes.tensor[0].tolist() == [4, 4, 44, 44]
    assert remark(dataset, 'larger').count == 1


def test_an_object_of_two_places_is_left_out_and_its_class_is_not_complete(tiny_coco, coco):
    coco['annotations'][0]['bbox'] = [50, 2, 8, 4]
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).labels.tolist() == [1]
    assert dataset.get_data_info(0)['complete'] == (1,)
    assert remark(dataset, 'do not touch').count == 1


@pytest.mark.parametrize('outline', [[], [[]], dict(size=[48, 64], counts=[48 * 64])], ids=str)
def test_an_empty_outline_says_that_only_the_box_was_drawn(tiny_coco, coco, outline):
    coco['annotations'][0]['segmentation'] = outline
    dataset = reload(tiny_coco, coco)
    assert objects(dataset).bboxes.tensor[0].tolist() == [8, 8, 36, 40]
    assert objects(dataset).mask_labelled.tolist() == [False, True]
    assert remark(dataset, 'empty `segmentation`').examples == ['annotation 1']


def test_the_same_object_twice_is_one(tiny_coco, coco):
    before = len(objects(reload(tiny_coco, coco)))
    coco['annotations'].append({**coco['annotations'][0], 'id': 99})
    dataset = reload(tiny_coco, coco)
    assert len(objects(dataset)) == before
    assert remark(dataset, 'twice').examples == ['annotation 99']


def test_two_objects_at_one_place_that_differ_are_two(tiny_coco, coco):
    before = len(objects(reload(tiny_coco, coco)))
    other = {**coco['annotations'][0], 'id': 99, 'attributes': dict(neck='3')}
    coco['annotations'].append(other)
    assert len(objects(reload(tiny_coco, coco))) == before + 1


@pytest.mark.parametrize('key', ['iscrowd', 'ignore'])
@pytest.mark.parametrize('value', [0, '0', 0.0, False, 'false', None, ''], ids=repr)
def test_what_says_no_leaves_the_object_as_it_was(tiny_coco, coco, key, value):
    coco['annotations'][0][key] = value
    assert len(objects(reload(tiny_coco, coco))) == 2


def test_ids_and_sizes_may_be_text(tiny_coco, coco):
    expected = list(map(make_dataset(tiny_coco).get_data_info, range(3)))
    for image in coco['images']:
        image.update({key: str(image[key]) for key in ('id', 'width', 'height')})
    for annotation in coco['annotations']:
        annotation['image_id'] = float(annotation['image_id'])
        annotation['category_id'] = str(annotation['category_id'])
        annotation['bbox'] = [str(number) for number in annotation['bbox']]
    dataset = reload(tiny_coco, coco)
    for entry, found in zip(expected, map(dataset.get_data_info, range(3)), strict=True):
        assert {**found, 'tasks': None} == {**entry, 'tasks': None}


def test_a_category_that_the_file_lacks_is_refused(tiny_coco, coco):
    coco['annotations'][0]['category_id'] = 7
    with pytest.raises(UserError, match=r'annotation 1: its category_id 7 is not in `categories`'):
        reload(tiny_coco, coco)


@pytest.mark.parametrize('form', ['NFC', 'NFD'])
def test_names_of_classes_may_be_composed_or_not(tiny_coco, coco, form):
    name = unicodedata.normalize(form, 'calabacín')
    coco['categories'][1]['name'] = name
    other = unicodedata.normalize('NFD' if form == 'NFC' else 'NFC', name)
    dataset = reload(tiny_coco, coco, classes=(other,), tasks={})
    assert dataset.label_counts().boxes == 3


@pytest.mark.parametrize(
    ('there', 'written'),
    [
        ('jard\u00edn.png', 'jardi\u0301n.png'),
        ('jardi\u0301n.png', 'jard\u00edn.png'),
        ('a b.png', 'a%20b.png'),
        ('sub/1.png', 'sub\\1.png'),
    ],
)
def test_an_image_is_found_under_another_spelling(tiny_coco, coco, there, written):
    (tiny_coco / 'train' / 'sub').mkdir()
    (tiny_coco / 'train' / '1.png').rename(tiny_coco / 'train' / there)
    coco['images'][0]['file_name'] = written
    dataset = reload(tiny_coco, coco)
    assert len(objects(dataset)) == 2
    assert remark(dataset, 'spelling').examples == [written]


def test_another_spelling_does_not_lead_out_of_the_folder(tiny_coco, coco):
    (tiny_coco / 'outside.png').write_bytes((tiny_coco / 'train' / '1.png').read_bytes())
    coco['images'][0]['file_name'] = '%2e%2e/outside.png'
    with pytest.raises(UserError, match='does not lie inside'):
        reload(tiny_coco, coco)


def one_of_each(coco):
    """A file with every oddity that is left out or mended."""
    first, second, third, fourth, *_ = coco['annotations']
    first['bbox'] = [0, 0, 0, 0]
    second['segmentation'] = []
    third['bbox'] = [50, 2, 8, 4]
    fourth['bbox'] = [90, 90, 5, 5]
    del fourth['segmentation']
    coco['annotations'] += [
        {**first, 'id': 21, 'iscrowd': 1},
        {**first, 'id': 22, 'ignore': '1'},
        {**second, 'id': 23},
        dict(id=24, image_id=1, category_id=9, bbox=[1, 1, 9, 9]),
        dict(id=25, image_id=1, category_id=1, bbox=[1, 1, 0.5, 9]),
    ]
    coco['categories'].append(dict(id=9, name='leaf'))
    del coco['categories'][0]['keypoints']
    return coco


def test_each_oddity_is_named_with_its_number_and_examples(tiny_coco, coco):
    dataset = reload(tiny_coco, one_of_each(coco))
    text = describe_remarks([('train.json', dataset.remarks)])
    for line in (
        'boxes of no size, taken from the outline: 3 (annotation 1, annotation 21, annotation 22)',
        'crowds and ignored regions, which count for nothing: 2 (annotation 21, annotation 22)',
        "objects of other classes, left out: 1 ('leaf')",
        'objects with an empty `segmentation`, of which only the box is labelled: 2 (annotation 2,',
        'objects that are there twice, of which one is left out: 1 (annotation 23)',
        'objects whose box and outline do not touch, left out, and their images are not complete',
        'objects outside of their image, left out, and their images are not complete for their',
        'objects of less than a pixel, left out, and their images are not complete for their class',
        "category without names of `keypoints`, 'fruit': taken in the order 'left', 'right': 1",
    ):
        assert line in text


def test_strict_refuses_all_that_nobody_has_asked_for(tiny_coco, coco):
    dataset = reload(tiny_coco, one_of_each(coco))
    with pytest.raises(UserError) as error:
        refuse_remarks([('train.json', dataset.remarks)])
    message = str(error.value)
    assert '--strict refuses train.json: ' in message
    assert 'boxes of no size, taken from the outline: 3' in message
    assert 'crowds' not in message
    assert 'other classes' not in message
    assert '\n' not in message


def test_strict_takes_a_sound_file(tiny_coco):
    dataset = make_dataset(tiny_coco)
    assert not dataset.remarks.unasked
    refuse_remarks([('train.json', dataset.remarks)])
