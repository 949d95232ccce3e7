"""A converter that is given another format says whose it is."""

from __future__ import annotations

import json

import pytest

from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.report import Report
from projects.smn.convert.via.file import read_via
from projects.smn.errors import UserError
from projects.smn.reading.formats import READERS, format_of

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
