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
        ('{"images": [{"id": "a", "file_name": "a.jpg"}]}', r"images\[0\] has no 'id' that is"),
        ('{"images": [{"id": 1}]}', r"images\[0\] has no 'file_name' that is text"),
    ],
)
def test_a_file_that_is_not_coco_is_one_sentence(read, content, sentence):
    with pytest.raises(UserError, match=sentence):
        read(content)


def test_ids_that_contradict_each_other_are_named(read):
    coco = _coco(1, 2)
    coco['annotations'][1]['category_id'] = 77
    with pytest.raises(UserError, match='annotation 2 has category_id 77'):
        read(coco)
    coco['images'][1]['id'] = 1
    with pytest.raises(UserError, match='images has the id 1 2 times'):
        read(coco)


def test_the_parts_of_a_file_hold_all_of_it_once():
    coco = _coco(1, 2, 3, 4, 5)
    one, two = part_of(coco, {1}), part_of(coco, {2})
    assert [image['id'] for image in one['images'] + two['images']] == [1, 2]
    assert [a['id'] for a in one['annotations']] == [1, 3, 5]
    assert [a['id'] for a in two['annotations']] == [2, 4]
    assert one['categories'] == two['categories'] == coco['categories']
