"""Names of files that may come from anywhere."""

from __future__ import annotations

import pytest

from projects.smn.errors import UserError
from projects.smn.files import inside


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture, beside which lies a secret."""
    images = tmp_path / 'data' / 'images'
    (images / 'night').mkdir(parents=True)
    (images / '1.png').write_bytes(b'picture')
    (tmp_path / 'data' / 'images-of-others').mkdir()
    for secret in (tmp_path / 'secret.png', tmp_path / 'data' / 'images-of-others' / '1.png'):
        secret.write_bytes(b'secret')
    return images


@pytest.mark.parametrize(
    'name',
    [
        '1.png',
        './1.png',
        'night/../1.png',
        'night/2.png',  # is not there
        'night\\2.png',
        '%2e%2e/1.png',
        '..1.png',
        '...',
        '~/1.png',
        '$HOME/1.png',
        'file:1.png',
        'äöü 1.png',
    ],
)
@pytest.mark.parametrize('kind', [str, lambda folder: folder])
def test_a_name_inside_is_given_back_with_its_folder(folder, name, kind):
    assert inside(kind(folder), name) == folder / name


def refused(folder, name) -> str:
    """The sentence."""
    with pytest.raises(UserError) as error:
        inside(folder, name)
    assert '\n' not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    'name',
    [
        '../../secret.png',
        '../images-of-others/1.png',  # its path begins as the folder's does
        'night/../../../secret.png',
        'nowhere/../../../secret.png',
        '/etc/hostname',
        '//etc/hostname',
        '..',
        '../images',
        '.',
        '',
        'night/..',
        '..\\..\\secret.png',
        'night\\..\\..\\secret.png',
        '../..\\secret.png',
        '\\secret.png',
        'C:\\secret.png',
        'C:/secret.png',
        'C:secret.png',
        'a:b.png',
        '\\\\server\\share\\secret.png',
        '\\\\?\\C:\\secret.png',
    ],
)
def test_a_name_that_leaves_the_folder_is_refused_and_named(folder, name):
    assert refused(folder, name) == f'{name!r} does not lie inside {folder}'


def test_the_absolute_name_of_a_file_inside_is_that_file(folder):
    assert inside(folder, str(folder / '1.png')) == folder / '1.png'


@pytest.mark.parametrize('name', ['1.png\0', '\0', '../\0', '\ud800.png'])
def test_what_can_be_no_name_is_refused_and_named(folder, name):
    assert repr(name) in refused(folder, name)


@pytest.mark.parametrize('name', [None, 7, ['1.png'], dict(path='1.png'), b'1.png'])
def test_a_name_must_be_text(folder, name):
    assert refused(folder, name) == f'{name!r} is no text'


def test_a_long_name_is_named_by_its_beginning(folder):
    assert len(refused(folder, '../' * 10_000)) < 200 + len(str(folder))


def test_a_link_counts_by_where_it_leads(folder):
    (folder / 'out.png').symlink_to(folder.parents[1] / 'secret.png')
    (folder / 'in.png').symlink_to(folder / '1.png')
    (folder / 'up').symlink_to(folder.parents[1])
    (folder / 'twice').symlink_to('up')
    for name in ('out.png', 'up/secret.png', 'twice/secret.png', 'up'):
        said = refused(folder, name)
        assert said.startswith(f"'{name}' is a link to {folder.parents[1]}")
        assert said.endswith('copy the file, or link it hard')
    assert inside(folder, 'in.png').read_bytes() == b'picture'
    assert inside(folder, 'up/data/images/1.png').read_bytes() == b'picture'


def test_a_folder_may_be_reached_by_a_link(folder, tmp_path):
    (tmp_path / 'link').symlink_to(folder)
    assert inside(tmp_path / 'link', '1.png') == tmp_path / 'link' / '1.png'
    assert 'secret' in refused(tmp_path / 'link', '../secret.png')


def test_links_that_go_in_a_circle_lead_nowhere(folder):
    (folder / 'a').symlink_to('b')
    (folder / 'b').symlink_to('a')
    assert inside(folder, 'a') == folder / 'a'
    with pytest.raises(OSError, match='symbolic links'):
        (folder / 'a').read_bytes()


def test_a_relative_folder_is_that_of_the_working_directory(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert inside('images', '1.png').read_bytes() == b'picture'
    assert inside('.', 'images/1.png').read_bytes() == b'picture'
    assert 'secret' in refused('images', '../../secret.png')
