"""Region attributes become labels; absent stays absent; a value that cannot be is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.report import Report
from projects.smn.convert.via.file import Region, ViaFile, ViaImage
from projects.smn.convert.via.labels import RegionLabels
from projects.smn.errors import UserError

SHAPE = {'name': 'point'}


def _file(*attributes, options=None):
    regions = [Region(f'a.jpg region {n}', SHAPE, found) for n, found in enumerate(attributes)]
    return ViaFile(Path('via.json'), [ViaImage('a.jpg', -1, regions)], options or {})


def _labels(file, *names, report=None):
    reader = RegionLabels([file], names, None, report or Report(file.path))
    return [reader.labels(file, region) for region in file.regions]


def test_text_choices_numbers_and_booleans_are_labels():
    file = _file({'grade': 'A', 'mass': 12.5, 'ripe': True}, {'grade': 'B', 'ripe': False})
    assert _labels(file, 'grade', 'mass', 'ripe') == [
        {'grade': 'A', 'mass': 12.5, 'ripe': 'yes'},
        {'grade': 'B', 'ripe': 'no'},
    ]


@pytest.mark.parametrize('nothing', [{}, {'grade': ''}, {'grade': '  '}, {'grade': None}])
def test_what_is_empty_is_not_labelled(nothing):
    assert _labels(_file({'grade': 'A'}, nothing), 'grade')[1] == {}


def test_each_checkbox_is_an_attribute_and_what_is_not_ticked_is_no():
    file = _file({'bad': {'rot': True}}, {'bad': {'scab': True, 'rot': False}}, {'bad': {}}, {})
    reader = RegionLabels([file], ['bad'], None, Report(file.path))
    assert reader.attributes == ['bad_rot', 'bad_scab']
    assert [reader.labels(file, region) for region in file.regions] == [
        {'bad_rot': 'yes', 'bad_scab': 'no'},
        {'bad_rot': 'no', 'bad_scab': 'yes'},
        {'bad_rot': 'no', 'bad_scab': 'no'},
        {},
    ]


def test_what_is_ticked_may_be_text_or_a_number():
    file = _file({'bad': {'rot': 'true', 'scab': 0}})
    assert _labels(file, 'bad') == [{'bad_rot': 'yes', 'bad_scab': 'no'}]


def test_a_checkbox_that_nobody_ticked_is_known_from_the_project():
    file = _file({'bad': {}}, options={'bad': ['rot', 'worm']})
    assert _labels(file, 'bad') == [{'bad_rot': 'no', 'bad_worm': 'no'}]


def test_the_checkboxes_of_all_files_count():
    one, other = _file({'bad': {'rot': True}}), _file({'bad': {'worm': True}})
    reader = RegionLabels([one, other], ['bad'], None, Report(one.path))
    assert reader.labels(one, one.regions[0]) == {'bad_rot': 'yes', 'bad_worm': 'no'}


def test_spaces_and_wrong_encodings_are_repaired_and_reported():
    report = Report(Path('via.json'))
    assert _labels(_file({'size': ' PequeÃ±a '}), 'size', report=report) == [{'size': 'Pequeña'}]
    assert report.corrected == {'values with spaces around them': 1}
    assert list(report.repaired.values()) == [' Pequeña ']


def test_attributes_that_are_not_asked_for_are_reported():
    report = Report(Path('via.json'))
    assert _labels(_file({'grade': 'A', 'note': 'x'}), 'grade', report=report) == [{'grade': 'A'}]
    assert report.noticed == {'region attributes that no option names': ['note']}


def test_file_attributes_that_have_a_value_are_reported():
    file, report = _file({'grade': 'A'}), Report(Path('via.json'))
    file.images[0].attributes = {'caption': '', 'camera': 'x', 'light': {}}
    _labels(file, 'grade', report=report)
    assert report.noticed == {'file attributes, which are not read': ['camera']}


def test_the_class_is_the_value_of_an_attribute():
    file = _file({'name': 'apple'}, {'name': ''}, {'name': 7.0})
    reader = RegionLabels([file], [], 'name', Report(file.path))
    assert [reader.class_name(file, region) for region in file.regions] == ['apple', None, '7']


@pytest.mark.parametrize(
    ('file', 'words'),
    [
        (_file({'size': 'L'}), "no region has the attribute 'grade'; the regions have 'size'"),
        (_file({'grade': 'Z'}, options={'grade': ['A']}), "'grade' of a.jpg region 0 is 'Z', and "),
        (_file({'grade': [1]}), "'grade' of a.jpg region 0 is .1., neither text nor number"),
        (_file({'grade': {'A': True}}, {'grade': 'B'}), "region 1 is 'B', and not true or false"),
        (_file({'grade': {'A': 'maybe'}}), 'not true or false for each of the checkboxes'),
        (_file({'grade': {'Z': True}}, options={'grade': ['A']}), "the checkboxes 'A'"),
    ],
)
def test_a_value_that_cannot_be_is_one_sentence(file, words):
    with pytest.raises(UserError, match=words):
        _labels(file, 'grade')


def test_two_attributes_of_one_name_are_refused():
    with pytest.raises(UserError, match="would both be named 'bad_rot'"):
        _labels(_file({'bad': {'rot': True}, 'bad_rot': 'x'}), 'bad', 'bad_rot')


def test_checkboxes_are_no_class():
    file = _file({'name': {'apple': True}})
    reader = RegionLabels([file], [], 'name', Report(file.path))
    with pytest.raises(UserError, match="'name' has checkboxes, and no one class"):
        reader.class_name(file, file.regions[0])
