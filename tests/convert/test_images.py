"""Image files are found by what a record calls them, compared and listed."""

from __future__ import annotations

import pytest
from PIL import Image

from projects.smn.convert.images import (
    SUFFIXES,
    find_image,
    put_images,
    same_pictures,
    unused_images,
)
from projects.smn.errors import UserError
from projects.smn.reading.images import FORMATS


def _picture(path, colour=0, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (32, 24), (colour, 0, 0)).save(path, **options)
    return path


@pytest.mark.parametrize(
    'name',
    [
        'niña.jpg',
        'niÃ±a.jpg',
        'nin\u0303a.jpg',
        'C:\\data\\niÃ±a.jpg',
        '/a/b/niña.jpg',
        './niña.jpg',
    ],
)
def test_a_file_is_found_by_every_spelling_of_its_name(tmp_path, name):
    path = _picture(tmp_path / 'niña.jpg')
    assert find_image(tmp_path, name) == path


def test_the_longest_path_wins(tmp_path):
    inner, outer = _picture(tmp_path / 'b/1.jpg'), _picture(tmp_path / '1.jpg')
    assert find_image(tmp_path, 'a/b/1.jpg') == inner
    assert find_image(tmp_path, 'c/1.jpg') == outer


@pytest.mark.parametrize('name', ['', '..', 'absent.jpg', 'folder'])
def test_what_is_no_file_is_not_found(tmp_path, name):
    (tmp_path / 'folder').mkdir()
    assert find_image(tmp_path, name) is None


def test_no_name_leads_out_of_the_folder(tmp_path):
    _picture(tmp_path / 'outside.jpg')
    assert find_image(tmp_path / 'inside', '../outside.jpg') is None


def test_every_format_that_can_be_opened_has_a_suffix():
    suffixes = Image.registered_extensions()
    assert {*FORMATS} == {suffixes[suffix] for suffix in SUFFIXES} & {*FORMATS}


@pytest.mark.parametrize('name', ['2.heic', '2.AVIF', '2.gif', '2.jp2'])
def test_an_image_of_any_format_beside_the_used_ones_is_listed(tmp_path, name):
    used = _picture(tmp_path / '1.jpg')
    (tmp_path / name).touch()
    assert unused_images({1: used}) == [tmp_path / name]


def test_equal_files_form_one_group(tmp_path):
    paths = {number: _picture(tmp_path / f'{number}.png', number // 2) for number in range(2, 7)}
    assert sorted(same_pictures(paths)) == [[2, 3], [4, 5], [6]]


def test_images_that_lie_beside_the_used_ones_are_listed(tmp_path):
    used, stray = _picture(tmp_path / 'a/1.jpg'), _picture(tmp_path / 'a/2.PNG')
    _picture(tmp_path / 'b/3.jpg')
    (tmp_path / 'a/notes.txt').touch()
    assert unused_images({1: used}) == [stray]


@pytest.mark.parametrize('link', [True, False])
def test_images_get_to_the_folder_as_files_of_it(tmp_path, link):
    path = _picture(tmp_path / 'a/1.jpg')
    (tmp_path / 'b').mkdir()
    put_images({'2.jpg': path}, tmp_path / 'b', link)
    assert (tmp_path / 'b/2.jpg').resolve() == tmp_path / 'b/2.jpg'
    assert (tmp_path / 'b/2.jpg').read_bytes() == path.read_bytes()
    assert (tmp_path / 'b/2.jpg').samefile(path) == link


def test_a_link_that_cannot_be_made_is_said(tmp_path):
    with pytest.raises(UserError, match='cannot make a hard link to '):
        put_images({'2.jpg': _picture(tmp_path / '1.jpg')}, tmp_path / 'nowhere', link=True)
