"""An archive is fetched whole and verified, a broken download goes on, and nothing is half done."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from projects.smn.convert.download import Archive, fetch
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
        self.tag = {}  # the headers by which it knows the file, such as its ETag
        self.whole = {}  # the header of a 416, which says how long the file is
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
        same = self.headers.get('If-Range') in (None, *server.tag.values())
        ranges = server.ranges and same
        start = int(wanted.removeprefix('bytes=').rstrip('-')) if wanted and ranges else 0
        if start and start >= len(server.content):
            return self.answer(416, {'Content-Length': '0', **server.whole})
        body = server.content[start:]
        headers = {'Content-Length': str(len(body)), **server.tag}
        if start:
            end = f'{len(server.content) - 1}/{len(server.content)}'
            headers['Content-Range'] = f'bytes {start + server.shift}-{end}'
        self.answer(206 if start else 200, headers)
        self.wfile.write(body[: server.break_after])

    def answer(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

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


def test_a_part_that_is_whole_already_is_only_verified(archive, server, tmp_path):
    server.whole = {'Content-Range': f'bytes */{len(CONTENT)}'}
    (tmp_path / 'pets.tar.gz.part').write_bytes(CONTENT)
    assert fetch(archive, tmp_path).read_bytes() == CONTENT
    assert server.asked == [f'bytes={len(CONTENT)}-']


@pytest.mark.parametrize('whole', [{}, {'Content-Range': f'bytes */{len(CONTENT)}'}])
def test_a_part_that_is_longer_than_the_file_is_fetched_anew(archive, server, tmp_path, whole):
    server.whole = whole
    (tmp_path / 'pets.tar.gz.part').write_bytes(CONTENT + b'more')
    assert fetch(archive, tmp_path).read_bytes() == CONTENT
    assert server.asked == [f'bytes={len(CONTENT) + 4}-', None]


TAGS = [
    ({'ETag': '"1"'}, {'ETag': '"2"'}),
    ({'ETag': 'W/"1"', 'Last-Modified': 'Sat, 01 Jan 2028 00:00:00 GMT'}, {'ETag': 'W/"2"'}),
    ({}, {}),
]


@pytest.mark.parametrize(('before', 'after'), TAGS)
def test_two_files_are_not_mixed_where_there_is_no_checksum(server, tmp_path, before, after):
    server.tag, server.break_after = before, 4000
    refused(Archive(server.url, None), tmp_path)
    server.tag, server.break_after, server.content = after, None, CONTENT[::-1]
    assert fetch(Archive(server.url, None), tmp_path).read_bytes() == CONTENT[::-1]
    assert names(tmp_path) == ['pets.tar.gz']


@pytest.mark.parametrize('tag', [before for before, _ in TAGS[:2]])
def test_without_a_checksum_the_same_file_is_continued(server, tmp_path, tag):
    server.tag, server.break_after = tag, 4000
    refused(Archive(server.url, None), tmp_path)
    server.break_after = None
    assert fetch(Archive(server.url, None), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, 'bytes=4000-']
    assert names(tmp_path) == ['pets.tar.gz']


@pytest.mark.parametrize(
    ('url', 'name'),
    [
        ('https://host/x/a.zip?dl=1', 'a.zip'),
        ('https://host/a.zip?of=b/c.tar#d', 'a.zip'),
        ('https://host/x/a.tar.gz', 'a.tar.gz'),
    ],
)
def test_the_name_of_an_archive_is_that_of_its_file(url, name):
    assert Archive(url, None).name == name


@pytest.mark.parametrize(
    ('url', 'words'),
    [
        ('host/a.zip', 'is no URL'),
        ('', 'is no URL'),
        ('http://[host/a.zip', 'is no URL'),
        ('https://host/', 'the name of a file'),
        ('https://host/..', 'the name of a file'),
    ],
)
def test_what_is_no_url_of_a_file_is_one_sentence(tmp_path, url, words):
    assert words in refused(Archive(url, None), tmp_path)
    assert names(tmp_path) == []


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
