"""Of an archive a folder is unpacked, whole or not at all, and nothing lands beside it."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile

import pytest

from projects.smn.convert.download import unpack
from projects.smn.errors import UserError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def pack(path, **files):
    """A tar archive; a file's name has its dots and slashes as they are given."""
    with tarfile.open(path, 'w:gz') as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_a_folder_is_unpacked_beside_its_archive(tmp_path):
    path = pack(tmp_path / 'a.tar.gz', **{'images/1.jpg': b'one', 'images/deep/2.jpg': b'two'})
    folder = unpack(path, 'images')
    assert folder == tmp_path / 'images'
    assert (folder / 'deep/2.jpg').read_bytes() == b'two'
    assert names(tmp_path) == ['a.tar.gz', 'images']


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / 'images').mkdir()
    unpack(pack(tmp_path / 'a.tar.gz', **{'images/1.jpg': b'one'}), 'images')
    assert names(tmp_path / 'images') == []


@pytest.mark.parametrize('evil', ['../evil', 'images/../../evil'])
def test_a_member_that_would_land_elsewhere_is_refused(tmp_path, evil):
    folder = tmp_path / 'here'
    folder.mkdir()
    path = pack(folder / 'a.tar.gz', **{'images/1.jpg': b'one', evil: b'evil'})
    with pytest.raises(UserError, match='cannot be unpacked'):
        unpack(path, 'images')
    assert names(folder) == ['a.tar.gz']
    assert names(tmp_path) == ['here']


def test_an_archive_without_the_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="has no folder 'images' in it"):
        unpack(pack(tmp_path / 'a.tar.gz', **{'pictures/1.jpg': b'one'}), 'images')
    assert names(tmp_path) == ['a.tar.gz']


@pytest.mark.parametrize('share', [0.0, 0.5, 0.9])
def test_a_damaged_archive_leaves_nothing(tmp_path, share):
    content = bytes(hashlib.sha256(b'%d' % i).digest()[0] for i in range(4000))
    path = pack(tmp_path / 'a.tar.gz', **{'images/1.jpg': content})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))] if share else b'no archive')
    with pytest.raises(UserError, match=r'a\.tar\.gz'):
        unpack(path, 'images')
    assert names(tmp_path) == ['a.tar.gz']


# Zip archives


def pack_zip(path, **members):
    with zipfile.ZipFile(path, 'w') as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_of_a_zip_archive_the_folder_alone_is_unpacked(tmp_path):
    members = {'images/a/1.jpg': b'one', '__MACOSX/images/a/1.jpg': b'two', 'imagesque/1': b''}
    unpack(pack_zip(tmp_path / 'a.zip', **members), 'images')
    assert names(tmp_path) == ['a.zip', 'images']
    assert (tmp_path / 'images/a/1.jpg').read_bytes() == b'one'


@pytest.mark.parametrize('members', [{'pictures/1.jpg': b''}, {'images/../../evil': b'evil'}])
def test_a_zip_archive_without_the_folder_or_with_a_way_out_leaves_nothing(tmp_path, members):
    folder = tmp_path / 'here'
    folder.mkdir()
    with pytest.raises(UserError, match=r"a\.zip (has no folder 'images'|cannot be unpacked)"):
        unpack(pack_zip(folder / 'a.zip', **members), 'images')
    assert names(folder) == ['a.zip']
    assert names(tmp_path) == ['here']
