"""Names of files, as other programs have written them down."""

from __future__ import annotations

import unicodedata

import pytest

from projects.smn.reading.file_names import spellings

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
