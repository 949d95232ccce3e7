"""A file of annotations is read whichever program has saved it."""

from __future__ import annotations

import bz2
import gzip
import json
import zipfile

import pytest

from projects.smn.errors import UserError
from projects.smn.reading.annotation_files import read_json, read_text

CONTENT = {'name': 'calabacín', 'numbers': [1, 2.5]}
TEXT = json.dumps(CONTENT, ensure_ascii=False)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252'])
def test_encodings_are_told_apart(tmp_path, encoding):
    path = tmp_path / 'a.json'
    path.write_bytes(TEXT.encode(encoding))
    assert read_json(path) == CONTENT
    assert read_text(path)[1] == ('utf-8' if encoding == 'utf-8' else encoding)


def test_letters_that_only_cp1252_has_are_read(tmp_path):
    path = tmp_path / 'a.json'
    path.write_bytes('"5 € “calabacín”"'.encode('cp1252'))
    assert read_text(path) == ('"5 € “calabacín”"', 'cp1252')


@pytest.mark.parametrize(
    ('pack', 'how'), [(gzip.compress, 'compressed by gzip'), (bz2.compress, 'compressed by bzip2')]
)
def test_a_packed_file_is_said_to_be_packed(tmp_path, pack, how):
    path = tmp_path / 'a.json'
    path.write_bytes(pack(TEXT.encode()))
    with pytest.raises(UserError, match=f'is {how}: unpack it'):
        read_json(path)


def test_so_is_an_archive(tmp_path):
    path = tmp_path / 'a.json'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('annotations.json', TEXT)
    with pytest.raises(UserError, match='is a ZIP archive: unpack it'):
        read_json(path)


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path):
    for path in (tmp_path / 'missing.json', tmp_path):
        with pytest.raises(UserError, match='there is no annotation file') as error:
            read_json(path)
        assert str(path) in str(error.value)


@pytest.mark.parametrize('content', ['', '{', '[1,]', '[' * 100_000])
def test_what_is_not_json_is_one_sentence(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_text(content)
    with pytest.raises(UserError, match='is not JSON') as error:
        read_json(path)
    assert '\n' not in str(error.value)
