"""Whatever is sent to the page, the server answers in one form and does not fail."""

from __future__ import annotations

import json
import logging
import random
import socket
import time
from urllib.parse import quote, urlsplit

import pytest
from page_client import EXAMPLE_EVENT, JOIN, mounted_page, served

TRIES = 60
ODD = [
    b'\0',
    b'\xff',
    b'\xc3',
    b'%',
    b'%00',
    b'"',
    b"'",
    b'\\',
    b'/',
    b'..',
    b'&',
    b';',
    b'=',
    b'[',
]
ODD += [
    b'{',
    b'}',
    b'\r\n',
    b'--x',
    b'9' * 400,
    b'-',
    b'null',
    b'*',
    b'\xf0\x9f\x98\x80',
    b'a' * 9000,
]
PART = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n'
    b'Content-Type: image/png\r\n\r\nabc\r\n'
)
EVENT = dict(data=[0, 0.3, ['mask']], fn_index=EXAMPLE_EVENT, session_hash='abc', trigger_id=1)
FORM = b'multipart/form-data; boundary=x'
REQUESTS = {
    'page': ('GET', b'/?x=y', b'', b''),
    'config': ('GET', b'/config?deep_link=x', b'', b''),
    'asset': ('GET', b'/static/img/logo.svg', b'', b''),
    'file': ('GET', b'/gradio_api/file=' + b'0' * 64 + b'/a.png', b'', b''),
    'download': ('GET', b'/page/abc/masks.zip?score_thr=0.5', b'', b''),
    'number': ('GET', b'/gradio_api/app_id', b'', b''),
    'heartbeat': ('GET', b'/gradio_api/heartbeat/abc', b'', b''),
    'events': ('GET', b'/gradio_api/queue/data?session_hash=abc', b'', b''),
    'upload': ('POST', b'/gradio_api/upload?upload_id=abc', FORM, PART + PART + b'--x--\r\n'),
    'event': ('POST', JOIN.encode(), b'application/json', json.dumps(EVENT).encode()),
}
HEADERS = [b'Accept: */*', b'Range: bytes=0-9', b'X-Forwarded-Proto: https', b'Cookie: a=b']
HEADERS += [b'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT', b'Authorization: Basic x']


def spoiled(chance: random.Random, text: bytes) -> bytes:
    """With something put in, taken out or said twice, or as it was."""
    for _ in range(chance.randrange(3)):
        start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        text = chance.choice(
            [
                text[:start] + chance.choice(ODD) + text[start:],
                text[:start] + text[end:],
                text[:end] + text[start:],
            ]
        )
    return text


def spoiled_request(
    chance: random.Random, method: str, target: bytes, kind: bytes, body: bytes
) -> bytes:
    """But for what the web server itself refuses."""
    target = quote(spoiled(chance, target), safe='/?=&%;:').encode()
    headers = []
    for header in chance.sample(HEADERS, 2):
        name, value = header.split(b': ')
        value = bytes(c for c in spoiled(chance, value) if c >= 32 and c != 127)
        headers.append(name + b': ' + value)
    return request(method, b'/' + target.lstrip(b'/'), kind, spoiled(chance, body), headers)


def request(method: str, target: bytes, kind: bytes, body: bytes, headers=()) -> bytes:
    """What a client sends."""
    lines = [b'%s %s HTTP/1.1' % (method.encode(), target), b'Host: localhost', *headers]
    lines += [b'Connection: close', b'Content-Length: %d' % len(body), b'Content-Type: ' + kind]
    return b'\r\n'.join(lines) + b'\r\n\r\n' + body


def answer(address: str, sent: bytes) -> bytes:
    """What comes, up to the first event of a stream."""
    with connected(address) as connection:
        connection.sendall(sent)
        got = b''
        while b'data: ALIVE' not in got and b'"msg":' not in got:
            more = connection.recv(100_000)
            if not more:
                break
            got += more
    return got


def connected(address: str) -> socket.socket:
    """To a server."""
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=20)


@pytest.fixture(scope='module')
def url(tmp_path_factory):
    """The address of a page."""
    with mounted_page(tmp_path_factory.mktemp('page')) as page, served(page.app) as address:
        yield address


@pytest.fixture(autouse=True)
def no_failures(caplog, capfd):
    """Neither in the log nor past it."""
    yield
    assert not [record for record in caplog.get_records('call') if record.exc_info]
    assert 'Traceback' not in capfd.readouterr().err


@pytest.mark.parametrize('name', REQUESTS)
def test_no_request_is_a_failure_of_the_server(url, name):
    chance = random.Random(name)
    for _ in range(TRIES):
        sent = spoiled_request(chance, *REQUESTS[name])
        head, _, body = answer(url, sent).partition(b'\r\n\r\n')
        status = int(head.split()[1])
        assert status < 500 or status == 503, sent
        if status >= 400:
            assert b'application/problem+json' in head, sent
            assert f'"status":{status}'.encode() in body


def test_an_upload_that_breaks_off_is_no_failure(url, caplog):
    caplog.set_level(logging.INFO, 'smn.serving')
    method, target, kind, body = REQUESTS['upload']
    with connected(url) as connection:
        connection.sendall(request(method, target, kind, body)[:-9])
    deadline = time.monotonic() + 20
    while 499 not in [getattr(record, 'status', 0) for record in caplog.records]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_streams_of_one_session_may_break_off_at_once(url):
    method, target, kind, _ = REQUESTS['event']
    for number in range(5):
        event = json.dumps(EVENT | dict(session_hash=f's{number}')).encode()
        assert answer(url, request(method, target, kind, event)).startswith(b'HTTP/1.1 200')
        asked = request('GET', b'/gradio_api/queue/data?session_hash=s%d' % number, b'', b'')
        streams = [connected(url) for _ in range(3)]
        for stream in streams:
            stream.sendall(asked)
        for stream in streams:
            assert stream.recv(20).startswith(b'HTTP/1.1')
            stream.close()
    assert answer(url, request('GET', b'/healthz', b'', b'')).startswith(b'HTTP/1.1 200')
