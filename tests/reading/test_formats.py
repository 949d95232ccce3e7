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

COCO = dict(images=[], annotations=[], categories=[])
FILES = {
    'COCO': COCO,
    'COCO panoptic': {**COCO, 'annotations': [dict(image_id=1, segments_info=[])]},
    'VIA': {'a.jpg1': dict(filename='a.jpg', size=1, regions=[])},
    'VIA 3': dict(project={}, config={}, metadata={}),
    'labelme': dict(version='5', shapes=[], imagePath='a.jpg'),
    'Label Studio': [dict(id=1, annotations=[], data={})],
    'CreateML': [
        dict(image='a.jpg', annotations=[]),
        dict(image='b.jpg', annotations=[dict(label='fruit', coordinates=dict(x=1, y=1))]),
    ],
    'Labelbox': [{'ID': 'c1', 'Labeled Data': 'a.jpg', 'Label': {}}],
    'SuperAnnotate': dict(metadata=dict(name='a.jpg'), instances=[], tags=[]),
    'Supervisely': dict(description='', size=dict(height=4, width=4), tags=[], objects=[]),
    'Darwin of V7': dict(version='2.0', item=dict(name='a.jpg', slots=[]), annotations=[]),
    'Datumaro': dict(info={}, categories=dict(label={}), items=[]),
    'COCO results': [dict(image_id=1, category_id=1, score=0.5, bbox=[0, 0, 1, 1])],
}
OTHER_FORMS = [
    ('Label Studio', [dict(id=1, image='a.jpg', label=[], annotator=1, annotation_id=3)]),
    ('Labelbox', dict(data_row=dict(id='c1'), media_attributes={}, projects={})),
    ('Labelbox', [dict(data_row=dict(id='c1'), projects={})]),
    ('SuperAnnotate', {'a.jpg': [], '___sa_version___': '1.0.0'}),
    ('Darwin of V7', dict(dataset='x', image=dict(filename='a.jpg'), annotations=[])),
]


def test_there_is_a_file_of_every_format():
    assert list(FILES) == list(READERS)


@pytest.mark.parametrize(('name', 'content'), FILES.items())
def test_a_format_is_known_by_its_keys(name, content):
    assert format_of(content) == name


@pytest.mark.parametrize(('name', 'content'), OTHER_FORMS)
def test_a_format_has_several_forms(name, content):
    assert format_of(content) == name


TEXTS = {
    'VIA as CSV': '#filename,file_size,file_attributes,region_count\na.jpg,100,"{}",1',
    'VIA 3 as CSV': '# Exported using VGG Image Annotator (http://x.org)\n# Notes:\n',
    'boxes of makesense.ai': 'cucumber,10,10,20,20,a b.jpg,64,48',
    'points of makesense.ai': 'head,10,10.5,a.jpg,64,48',
    'YOLO': '\n0 0.5 0.5 0.25 1\n3 .1 0.2 0.3 1e-05',
    'CSV of TensorFlow': 'filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,9,9,x,1,1,2,2',
    'Pascal VOC': '<?xml version="1.0"?>\n<annotation verified="yes"><folder/></annotation>',
    'CVAT as XML': '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n',
    'OpenImages': 'ImageID,Source,LabelName,Confidence,XMin,XMax\n',
    'Labelbox': '{"data_row": {}, "projects": {}}\n{"data_row": {}, "projects": {}}\n',
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


@pytest.mark.parametrize(
    'line',
    [
        '0\t0.5\t0.5\t0.25\t1',
        '0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9',  # an outline
        '0 0.5 0.5 0.2 0.2 0.4 0.4 2 0.6 0.6 1 0 0 0',  # points
        '0 0.5 0.5 0.2 0.2 0.4 0.4 2.000000',
        '0 0.5 0.5 0.2 0.2 0.93',  # a score
    ],
)
def test_lines_of_yolo_have_several_forms(line):
    assert format_of_text(line) == 'YOLO'


def test_the_header_of_via_3_is_known_without_what_stands_before_it():
    header = 'metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata'
    assert format_of_text(f'# CSV_HEADER = {header}') == format_of_text(header) == 'VIA 3 as CSV'


@pytest.mark.parametrize(
    'text', ['{"images": [],}', '{"images": []}\n{"images": [],}', '{"a": 1}\n', '1\n2', '{}\n}']
)
def test_json_with_a_slip_is_no_json_with_a_record_a_line(text):
    assert format_of_text(text) is None


@pytest.mark.parametrize(
    'text', ['', 'a text', '1 2 3 4 5', '0 0.5 0.5 7 0.2', 'a,b,c', '<html>', '{', '[1']
)
def test_any_other_text_is_unknown(text):
    assert format_of_text(text) is None


@pytest.mark.parametrize(
    'content',
    [
        *(None, 3, [], [1], {}, dict(images=[]), {'a': {}}),
        dict(size=1, objects=[]),
        dict(image='a', annotations=[]),
        dict(metadata={}, instances=3),
        [dict(image='a.jpg', annotations=[])],
    ],
    ids=str,
)
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
        (read_coco, 'COCO panoptic', 'panopticapi'),
        (read_coco, 'Darwin of V7', 'darwin convert coco'),
    ],
)
def test_the_wrong_converter_names_the_right_one(read, given, hint, tmp_path):
    path = tmp_path / 'labels.json'
    path.write_text(json.dumps(FILES[given]))
    with pytest.raises(UserError, match=f'looks like {given}: .*{hint}'):
        read(path, Report(path))
