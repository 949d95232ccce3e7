"""Uploads are kept where they belong, and do nothing when they come back."""

from __future__ import annotations

import errno
import os

import pytest
from api_client import PNG, assert_problem
from gradio import route_utils
from page_client import file_value, join, outcome, upload_file, values


@pytest.mark.parametrize(
    'name',
    ['..', '.', '../../up.png', '/etc/up.png', '..\\up.png', '%2e%2e%2fup.png', '\0', 'x' * 5000],
)
def test_an_upload_stays_in_the_folder_whatever_it_is_called(page, name):
    outside = sorted(set(page.folder.parent.rglob('*')) - set(page.folder.rglob('*')))
    answer = page.client.post('/gradio_api/upload', files=dict(files=(name, b'up')))
    assert answer.status_code in (200, 400, 413)
    if answer.status_code == 200:
        assert (page.folder / answer.json()[0]).read_bytes() == b'up'
    assert str(page.folder.parent) not in answer.text
    now = set(page.folder.parent.rglob('*')) - set(page.folder.rglob('*'))
    assert sorted(now) == outside
    assert not os.path.exists('/etc/up.png')


@pytest.mark.parametrize('name', ['a.svg', 'a.html', 'a.xhtml', 'a.js', 'a.pdf'])
def test_what_was_uploaded_is_no_page_of_this_server(page, name):
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    told = upload_file(page, name, script)
    outcome(page, join(page, values(file_value(told))))
    answer = page.client.get(f'/gradio_api/file={told}')
    assert answer.content == script
    assert answer.headers['content-disposition'].startswith('attachment')
    assert answer.headers['content-type'] == 'application/octet-stream'
    assert "default-src 'none'" in answer.headers['content-security-policy']


@pytest.mark.parametrize('wanted', ['bytes=0-3', 'bytes=1-2-3', 'bytes=9-1', 'bytes=-', 'x'])
def test_a_part_of_a_file_comes_without_what_was_asked(page, upload, wanted):
    headers = {'Range': wanted, 'X-Mine': 'mine', 'Cookie': 'a=b'}
    answer = page.client.get(f'/gradio_api/file={upload}', headers=headers)
    assert answer.status_code in (200, 206, 400, 416)
    assert not {'x-mine', 'cookie'} & set(answer.headers)
    if answer.status_code < 300:
        assert PNG.startswith(answer.content)


@pytest.mark.parametrize('files', [None, dict(files=('..', b'x'))])
def test_what_gradio_refuses_has_the_one_form_of_errors(page, files):
    answer = page.client.post('/gradio_api/upload', files=files)
    assert_problem(answer, 400, 'Invalid')


FORM = 'multipart/form-data; boundary=x'
NAMED = 'form-data; name="files"; filename="a.png"'


def send_part(page, disposition: str, content_type: str = FORM, **query):
    """An upload of one part."""
    body = f'--x\r\nContent-Disposition: {disposition}\r\n\r\nabc\r\n--x--\r\n'.encode()
    headers = {'Content-Type': content_type}
    return page.client.post('/gradio_api/upload', content=body, headers=headers, params=query)


@pytest.mark.parametrize(
    'disposition',
    [
        'form-data; name="files"',
        'form-data; name="files"; filename*=utf-8\'\'a%20b.png',
        'form-data; filename="a.png"',
        'form-data',
        '',
        f'{NAMED}; x="{"y" * 9000}"',
    ],
)
@pytest.mark.parametrize('query', [{}, dict(upload_id='abc')])
def test_what_is_no_upload_is_said_in_one_sentence_and_is_no_failure(
    page, disposition, query, caplog
):
    answer = send_part(page, disposition, **query)
    assert_problem(answer, answer.status_code)
    assert answer.status_code in (400, 413)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    'content_type',
    ['multipart/form-data', f'multipart/form-data; boundary={"x" * 300}', 'text/plain', 'x;;=', ''],
)
def test_a_form_that_is_none_is_refused_in_the_same_way(page, content_type, caplog):
    assert_problem(send_part(page, NAMED, content_type), 400)
    assert not [record for record in caplog.records if record.exc_info]


def test_a_name_of_an_upload_is_one_that_the_page_gives(page):
    assert send_part(page, NAMED, upload_id='abc').status_code == 200
    for name in ('', 'a' * 65, '../x', 'a b', '\n'):
        assert_problem(send_part(page, NAMED, upload_id=name), 422, 'upload_id')


def test_the_progress_of_an_upload_that_nobody_sends_is_not_there(page):
    answer = page.client.get('/gradio_api/upload_progress', params=dict(upload_id='nobody'))
    assert_problem(answer, 404, 'Upload not found')


def test_a_disk_that_is_full_is_a_failure_of_the_server(page, monkeypatch, caplog):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(route_utils, 'NamedTemporaryFile', full)
    assert_problem(send_part(page, NAMED), 500, 'its log says why')
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.message == 'failure'
