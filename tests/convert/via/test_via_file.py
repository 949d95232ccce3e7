"""Versions 1 and 2 of VIA's files read alike; what is none of them is one sentence."""

from __future__ import annotations

import json

import pytest
from labelling import SQUARE, polygon, region, via_content

from projects.smn.convert.report import Report
from projects.smn.convert.via.file import read_via
from projects.smn.errors import UserError

IMAGES = {
    'a.jpg': [region(polygon(*SQUARE), name='x'), region({'name': 'point', 'cx': 1, 'cy': 2})],
    'b.jpg': [],
}


def _read(tmp_path, content):
    path = tmp_path / 'via.json'
    path.write_text(json.dumps(content))
    return read_via(path, Report(path))


def test_the_forms_of_all_versions_read_alike(tmp_path):
    dict_form, list_form, project = (
        _read(tmp_path, via_content(IMAGES, form)) for form in ('dict', 'list', 'project')
    )
    assert dict_form == list_form == project
    assert [image.file_name for image in project.images] == ['a.jpg', 'b.jpg']
    assert [found.name for found in project.regions] == ['a.jpg region 0', 'a.jpg region 1']


def test_file_attributes_are_read_whatever_they_are(tmp_path):
    content = via_content(IMAGES)
    content['a.jpg-1']['file_attributes'] = {'camera': 'x'}
    content['b.jpg-1']['file_attributes'] = None
    assert [i.attributes for i in _read(tmp_path, content).images] == [{'camera': 'x'}, {}]


def test_a_project_says_what_can_be_chosen(tmp_path):
    declared = {
        'size': {'type': 'dropdown', 'options': {'s': 'small', 'l': 'large'}},
        'note': {'type': 'text', 'options': {'never': ''}},
        'free': {'type': 'radio', 'options': {}},
    }
    content = via_content(IMAGES, 'project', declared=declared)
    assert _read(tmp_path, content).options == {'size': ['s', 'l']}


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ([], 'is not VIA: it is no JSON object'),
        ({}, 'is not VIA: it names no image'),
        ({'_via_img_metadata': []}, 'is not VIA: it names no image'),
        ({'images': [], 'annotations': []}, "is not VIA: its entry 'images' has no `filename`"),
        (
            {'a': {'filename': 'a.jpg'}},
            "is not VIA: its entry 'a' has no `filename` with `regions`",
        ),
        ({'a': {'filename': 'a.jpg', 'regions': [7]}}, 'a.jpg region 0 has no `shape_attributes`'),
        ({'project': {}, 'config': {}, 'metadata': {}}, 'is of VIA 3, and only versions 1 and 2'),
        (via_content({'a.jpg': [region({'name': 'star'})]}), "region 0 is a 'star', and not 'poly"),
        (
            {
                'a': {
                    'filename': 'a.jpg',
                    'regions': [{**IMAGES['a.jpg'][0], 'region_attributes': 3}],
                }
            },
            '`region_attributes` of a.jpg region 0 is no object',
        ),
    ],
)
def test_what_is_not_via_is_one_sentence(tmp_path, content, words):
    with pytest.raises(UserError, match=words):
        _read(tmp_path, content)
