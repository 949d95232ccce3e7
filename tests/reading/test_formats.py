"""A converter that is given another format says whose it is."""

from __future__ import annotations

import json

import pytest

from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.report import Report
from projects.smn.convert.via.file import read_via
from projects.smn.errors import UserError
from projects.smn.reading.annotation_files import read_json
from projects.smn.reading.formats import READERS, READERS_OF_TEXT, format_of, format_of_text

FILES = {
    'COCO': dict(images=[], annotations=[], categories=[]),
    'VIA': {'a.jpg1': dict(filename='a.jpg', size=1, regions=[])},
    'VIA 3': dict(project={}, config={}, metadata={}),
    'labelme': dict(version='5', shapes=[], imagePath='a.jpg'),
    'Label Studio': [dict(id=1, annotations=[], data={})],
    'COCO results': [dict(image_id=1, category_id=1, score=0.5, bbox=[0, 0, 1, 1])],
}


def test_there_is_a_file_of_every_format():
    assert list(FILES) == list(READERS)


@pytest.mark.parametrize(('name', 'content'), FILES.items())
def test_a_format_is_known_by_its_keys(name, content):
    assert format_of(content) == name


TEXTS = {
    'VIA as CSV': '#filename,file_size,file_attributes,region_count\na.jpg,100,"{}",1',
    'boxes of makesense.ai': 'cucumber,10,10,20,20,a b.jpg,64,48',
    'points of makesense.ai': 'head,10,10.5,a.jpg,64,48',
    'YOLO': '\n0 0.5 0.5 0.25 1\n3 .1 0.2 0.3 1e-05',
    'Pascal VOC': '<?xml version="1.0"?>\n<annotation verified="yes"><folder/></annotation>',
    'CVAT as XML': '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n',
    'OpenImages': 'ImageID,Source,LabelName,Confidence,XMin,XMax\n',
    'JSON with a record a line': '{"image_id": 1}\n{"image_id": 2}',
}


def test_there_is_a_text_of_every_format():
    assert list(TEXTS) == list(READERS_OF_TEXT)


@pytest.mark.parametrize(('name', 'text'), TEXTS.items())
def test_text_that_is_no_json_is_known_by_its_first_line(name, text, tmp_path):
    assert format_of_text(text) == name
    path = tmp_path / 'labels.json'
    path.write_text(text)
    with pytest.raises(UserError, match=f'is not JSON: .*; it looks like {name}: '):
        read_json(path)


@pytest.mark.parametrize('text', ['', 'a text', '1 2 3 4 5', 'a,b,c', '<html>', '{', '[1'])
def test_any_other_text_is_unknown(text):
    assert format_of_text(text) is None


@pytest.mark.parametrize('content', [None, 3, [], [1], {}, dict(images=[]), {'a': {}}])
def test_anything_else_is_unknown(content):
    assert format_of(content) is None


@pytest.mark.parametrize(
    ('read', 'given', 'hint'),
    [
        (read_via, 'COCO', 'coco_attributes.py'),
        (read_via, 'labelme', 'labelme2coco'),
        (read_coco, 'VIA', 'tools/prepare/via.py'),
        (read_coco, 'VIA 3', 'export it as COCO'),
        (read_coco, 'COCO results', 'predictions'),
    ],
)
def test_the_wrong_converter_names_the_right_one(read, given, hint, tmp_path):
    path = tmp_path / 'labels.json'
    path.write_text(json.dumps(FILES[given]))
    with pytest.raises(UserError, match=f'looks like {given}: .*{hint}'):
        read(path, Report(path))
