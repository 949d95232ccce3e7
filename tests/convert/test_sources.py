"""The source file is the one that is named, or the only one that can be meant."""

from __future__ import annotations

import pytest

from projects.smn.convert.report import Report
from projects.smn.convert.sources import find_source, read_json, read_text
from projects.smn.errors import UserError


def test_a_folder_stands_for_its_only_json_file(tmp_path):
    path = tmp_path / 'a.JSON'
    path.touch()
    (tmp_path / 'a.csv').touch()
    assert find_source(tmp_path) == find_source(path) == path


@pytest.mark.parametrize('names', [(), ('a.json', 'b.json')])
def test_a_folder_with_none_or_several_is_refused(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UserError, match='must hold one'):
        find_source(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / 'a.json'
    for read in (find_source, lambda path: read_json(path, Report(path))):
        with pytest.raises(UserError, match=r'a\.json: there is no such file'):
            read(path)


def test_windows_text_is_read_and_reported(tmp_path):
    path = tmp_path / 'a.csv'
    path.write_bytes('größe'.encode('cp1252'))
    report = Report(path)
    assert read_text(path, report) == 'größe'
    assert list(report.noticed) == ['annotation file is not UTF-8, read as cp1252']
    path.write_bytes('größe'.encode('utf-8-sig'))
    assert read_text(path, Report(path)) == 'größe'


def test_what_is_no_json_is_one_sentence(tmp_path):
    path = tmp_path / 'a.json'
    path.write_text('{')
    with pytest.raises(UserError, match=r'a\.json is not JSON'):
        read_json(path, Report(path))
