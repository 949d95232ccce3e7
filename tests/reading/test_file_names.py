"""Names of files, as other programs have written them down."""

from __future__ import annotations

import unicodedata

import pytest

from projects.smn.reading.file_names import meant, nearest, spellings

NAME = 'photos of june/jardín 1.jpg'


@pytest.mark.parametrize(
    'written',
    [
        NAME,
        NAME.replace('/', '\\'),
        NAME.replace(' ', '%20'),
        unicodedata.normalize('NFD', NAME),
        NAME.encode('utf-8').decode('latin-1'),
        NAME.replace('í', 'i%CC%81'),
    ],
)
def test_the_name_on_the_disk_is_among_the_spellings(written):
    assert NAME in list(spellings(written))
    assert unicodedata.normalize('NFD', NAME) in list(spellings(written))


def test_the_name_itself_comes_first_and_none_comes_twice():
    found = list(spellings('a%20b.jpg'))
    assert found[0] == 'a%20b.jpg'
    assert len(found) == len(set(found))


@pytest.fixture
def folder(tmp_path):
    for name in ('a.jpg', 'train/B.JPG', 'val/c.jpg', 'val/deep/c.jpg', 'train/jardín 1.jpg'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ('name', 'found'),
    [
        ('A.jpg', 'a.jpg'),
        ('train/a.jpg', 'a.jpg'),
        ('x/y/a.JPG', 'a.jpg'),
        ('b.jpg', 'train/B.JPG'),
        ('c.jpg', 'val/c.jpg'),
        ('deep/c.jpg', 'val/deep/c.jpg'),
        ('DEEP\\C.jpg', 'val/deep/c.jpg'),
        ('JARDI\u0301N%201.jpg', 'train/jardín 1.jpg'),
        ('d.jpg', None),
        ('a.png', None),
        ('', None),
    ],
)
def test_a_file_of_another_case_or_in_another_folder_is_found(folder, name, found):
    assert nearest(folder, name) == found


def test_it_is_asked_for_at_the_end_of_a_sentence(folder):
    assert meant(folder, 'A.jpg') == "; is 'a.jpg' meant?"
    assert meant(folder, 'x.jpg') == meant(folder / 'nowhere', 'A.jpg') == ''
