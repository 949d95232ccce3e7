"""An archive is fetched whole and verified, a broken download goes on, and nothing is half done."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from projects.smn.convert.download import Archive, fetch, unpack
from projects.smn.errors import UserError

CONTENT = bytes(range(256)) * 40


class Server(ThreadingHTTPServer):
    """Serves CONTENT at ``/pets.tar.gz``; a test may make it behave badly."""

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.content = CONTENT
        self.ranges = True  # else it ignores the Range header
        self.shift = 0  # of the part that it sends
        self.break_after = None  # bytes after which the connection ends
        self.asked = []  # the Range header of each request

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/pets.tar.gz'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get('Range')
        server.asked.append(wanted)
        if self.path != '/pets.tar.gz':
            return self.send_error(404)
        start = int(wanted.removeprefix('bytes=').rstrip('-')) if wanted and server.ranges else 0
        if start and start >= len(server.content):
            return self.send_error(416)
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header('Content-Length', str(len(body)))
        if start:
            end = f'{len(server.content) - 1}/{len(server.content)}'
            self.send_header('Content-Range', f'bytes {start + server.shift}-{end}')
        self.end_headers()
        self.wfile.write(body[: server.break_after])

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={'poll_interval': 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def archive(server):
    return Archive(server.url, hashlib.md5(CONTENT).hexdigest())


def refused(archive, folder):
    """The sentence with which :func:`fetch` ends."""
    with pytest.raises(UserError) as error:
        fetch(archive, folder)
    assert '\n' not in str(error.value)
    return str(error.value)


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_file_is_whole_and_nothing_else_is_there(archive, tmp_path):
    path = fetch(archive, tmp_path / 'new' / 'folder')
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ['pets.tar.gz']


def test_a_file_that_is_there_is_not_fetched_again(archive, server, tmp_path):
    fetch(archive, tmp_path)
    fetch(archive, tmp_path)
    assert server.asked == [None]


@pytest.mark.parametrize('received', [1, 4000, len(CONTENT) - 1])
def test_a_download_that_broke_off_goes_on_where_it_was(archive, server, tmp_path, received):
    server.break_after = received
    assert f'ended after {received} of {len(CONTENT)} bytes' in refused(archive, tmp_path)
    assert names(tmp_path) == ['pets.tar.gz.part']
    server.break_after = None
    assert fetch(archive, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, f'bytes={received}-']
    assert names(tmp_path) == ['pets.tar.gz']


def test_a_download_may_break_off_more_than_once(archive, server, tmp_path):
    server.break_after = 4000
    for received in (4000, 8000):
        assert f'ended after {received} of' in refused(archive, tmp_path)
    assert fetch(archive, tmp_path).read_bytes() == CONTENT


def test_a_server_that_ignores_ranges_starts_from_the_beginning(archive, server, tmp_path):
    server.ranges = False
    (tmp_path / 'pets.tar.gz.part').write_bytes(b'other bytes')
    assert fetch(archive, tmp_path).read_bytes() == CONTENT
    assert server.asked == ['bytes=11-']


def test_a_part_that_is_whole_already_is_only_verified(archive, tmp_path):
    (tmp_path / 'pets.tar.gz.part').write_bytes(CONTENT)
    assert fetch(archive, tmp_path).read_bytes() == CONTENT


def test_a_server_that_sends_another_part_is_refused(archive, server, tmp_path):
    server.shift = 5
    (tmp_path / 'pets.tar.gz.part').write_bytes(CONTENT[:100])
    assert 'another part' in refused(archive, tmp_path)
    assert (tmp_path / 'pets.tar.gz.part').read_bytes() == CONTENT[:100]


def test_a_wrong_checksum_leaves_nothing(server, tmp_path):
    assert 'and not 0123' in refused(Archive(server.url, '0123'), tmp_path)
    assert names(tmp_path) == []


def test_after_a_spoilt_part_the_next_call_starts_anew(archive, tmp_path):
    (tmp_path / 'pets.tar.gz.part').write_bytes(b'spoilt')
    assert 'the next call starts anew' in refused(archive, tmp_path)
    assert fetch(archive, tmp_path).read_bytes() == CONTENT


def test_a_file_of_that_name_with_other_content_is_kept(archive, server, tmp_path):
    (tmp_path / 'pets.tar.gz').write_bytes(b'mine')
    assert 'is not what' in refused(archive, tmp_path)
    assert (tmp_path / 'pets.tar.gz').read_bytes() == b'mine'
    assert server.asked == []


def test_a_missing_file_is_one_sentence(server, tmp_path):
    url = server.url.replace('pets.tar', 'cats.tar')
    assert refused(Archive(url, ''), tmp_path) == f'{url} answers 404 Not Found'
    assert names(tmp_path) == []


def test_no_network_is_one_sentence(server, tmp_path):
    closed = Server()
    closed.server_close()
    assert refused(Archive(closed.url, ''), tmp_path).startswith(f'cannot fetch {closed.url}: ')
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(archive, tmp_path):
    (tmp_path / 'file').touch()
    assert 'cannot use' in refused(archive, tmp_path / 'file' / 'folder')


# Unpacking


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
