"""A file that is not COCO, or contradicts itself, is named in one sentence."""

from __future__ import annotations

import json

import pytest

from projects.smn.convert.coco_file import part_of, read_coco
from projects.smn.convert.report import Report
from projects.smn.errors import UserError


def _coco(*annotation_ids):
    return {
        'images': [{'id': 1, 'file_name': 'a.jpg'}, {'id': 2, 'file_name': 'b.jpg'}],
        'categories': [{'id': 7, 'name': 'leaf'}],
        'annotations': [
            {'id': number, 'image_id': 1 + place % 2, 'category_id': 7}
            for place, number in enumerate(annotation_ids)
        ],
    }


@pytest.fixture
def read(tmp_path):
    """Write text or a COCO file, and read it back: the content and the report."""

    def write_and_read(content):
        path = tmp_path / 'coco.json'
        path.write_text(content if isinstance(content, str) else json.dumps(content), 'utf-8')
        report = Report(path)
        return read_coco(path, report), report

    return write_and_read


def test_a_sound_file_is_read_as_it_is(read):
    coco, report = read(_coco(3, 9))
    assert coco == _coco(3, 9)
    assert report == Report(report.source)


@pytest.mark.parametrize('ids', [(0, 1, 2), (4, 4, 5), (None, 1, 2), ('a', 'b', 'c'), (-1, 1, 2)])
def test_unusable_annotation_ids_are_counted_anew(read, ids):
    coco, report = read(_coco(*ids))
    assert [annotation['id'] for annotation in coco['annotations']] == [1, 2, 3]
    assert report.corrected == {'annotations numbered anew': 3}


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        ('{"images": [', 'is not JSON'),
        ('[]', "is not COCO: it has no list 'images'"),
        ('{"images": [], "categories": {}}', "it has no list 'categories'"),
    ],
)
def test_a_file_that_is_not_coco_is_one_sentence(read, content, sentence):
    with pytest.raises(UserError, match=sentence):
        read(content)


@pytest.mark.parametrize(
    ('name', 'entry', 'sentence'),
    [
        ('images', {'id': 1}, "entry of 'images' with id 1 has no 'file_name'"),
        ('images', {'id': 1.5, 'file_name': 'a.jpg'}, r'image 1\.5: id: 1\.5 is no id'),
        ('images', {'id': 1, 'file_name': 7}, 'image 1: file_name must be text, not 7'),
        ('images', {'id': 1, 'file_name': 'a.jpg', 'width': 'wide'}, "must be whole .*'wide'"),
        ('categories', {'id': 7, 'name': None}, 'category 7: its name must be text'),
        ('annotations', {'image_id': 1}, "has no 'category_id'"),
        ('annotations', 7, "7 in 'annotations' is no object"),
    ],
)
def test_a_record_that_lacks_something_is_named(read, name, entry, sentence):
    with pytest.raises(UserError, match=sentence):
        read({**_coco(), name: [entry]})


def test_ids_and_sizes_may_be_text(read):
    coco = _coco(3, 9)
    coco['images'][0].update(id='1', width='32', height=24.0)
    coco['categories'][0]['id'] = '7'
    coco['annotations'][0].update(id='3', image_id='1', category_id=7.0)
    expected = _coco(3, 9)
    expected['images'][0].update(width=32, height=24)
    found, report = read(coco)
    assert found == expected
    assert report == Report(report.source)


def test_a_size_that_says_nothing_is_none(read):
    coco = _coco(3, 9)
    coco['images'][0].update(width=0, height=None)
    assert read(coco)[0] == _coco(3, 9)


def test_images_whose_ids_are_text_are_numbered_anew(read):
    coco = _coco(1, 2, 3)
    coco['images'][0]['id'] = 'a'
    for annotation, image in zip(coco['annotations'], ('a', 2, 1), strict=True):
        annotation['image_id'] = image
    found, report = read(coco)
    assert [image['id'] for image in found['images']] == [1, 2]
    assert [a['image_id'] for a in found['annotations']] == [1, 2, '1']  # of the last there is none
    assert report.corrected == {'images numbered anew': 2}


def test_an_object_whose_id_is_text_is_still_called_so(read):
    _, report = read(_coco('a', 'b'))
    assert [report.name(number) for number in (1, 2)] == ['a', 'b']


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('attributes', ['ripe']),
        ('attributes', 'ripe'),
        ('masks', [[1, 2]]),
        ('keypoints', {'a': 1}),
    ],
)
@pytest.mark.parametrize(('name', 'noun'), [('annotations', 'annotation 9'), ('images', 'image 2')])
def test_labels_that_are_kept_in_something_else_are_named(read, name, noun, key, value):
    coco = _coco(3, 9)
    coco[name][1][key] = value
    with pytest.raises(UserError, match=f'{noun}: its `{key}` are .*, not an? (object|list)'):
        read(coco)


@pytest.mark.parametrize('value', [[], None, ''])
def test_empty_labels_of_another_kind_are_none(read, value):
    coco = _coco(3, 9)
    coco['annotations'][0]['attributes'] = value
    assert read(coco)[0] == _coco(3, 9)


def test_ids_that_contradict_each_other_are_named(read):
    coco = _coco(1, 2)
    coco['annotations'][1]['category_id'] = 77
    with pytest.raises(UserError, match='annotation 2: its category_id 77 is not in'):
        read(coco)
    coco['images'][1]['id'] = 1
    with pytest.raises(UserError, match='has two images of one id, 1'):
        read(coco)


def test_the_parts_of_a_file_hold_all_of_it_once():
    coco = _coco(1, 2, 3, 4, 5)
    one, two = part_of(coco, {1}), part_of(coco, {2})
    assert [image['id'] for image in one['images'] + two['images']] == [1, 2]
    assert [a['id'] for a in one['annotations']] == [1, 3, 5]
    assert [a['id'] for a in two['annotations']] == [2, 4]
    assert one['categories'] == two['categories'] == coco['categories']
