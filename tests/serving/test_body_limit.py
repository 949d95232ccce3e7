"""What is too long is not read to its end."""

from __future__ import annotations

import asyncio
import json

import pytest
from starlette.responses import JSONResponse

from projects.smn.serving.body_limit import BodyLimit

CHUNK = bytes(1000)


async def read_all(scope, receive, send):
    while (await receive()).get('more_body'):
        pass


async def make_500_of_errors(scope, receive, send):
    """As a mounted app does."""
    try:
        await read_all(scope, receive, send)
    except Exception:
        await JSONResponse({}, 500)(scope, receive, send)
        raise


def send_body(
    chunks: int, headers=(), app=read_all, wait: float = 0, **limits
) -> tuple[int, list[dict]]:
    """How many chunks of 1000 bytes an app with a limit of 5000 has read, and what was sent."""
    read, sent = 0, []

    async def receive():
        nonlocal read
        await asyncio.sleep(wait)
        read += 1
        return dict(type='http.request', body=CHUNK, more_body=read < chunks)

    async def send(message):
        sent.append(message)

    scope = dict(type='http', headers=list(headers))
    limits = dict(max_bytes=5000, seconds=20) | limits
    asyncio.run(BodyLimit(app, **limits)(scope, receive, send))
    return read, sent


def assert_refused(sent: list[dict], status: int) -> None:
    """One answer, and no more is listened to."""
    start, body = sent
    assert start['status'] == status
    assert (b'connection', b'close') in start['headers']
    assert json.loads(body['body'])['status'] == status


@pytest.mark.parametrize('chunks', [1, 5])
def test_what_is_short_enough_is_read(chunks):
    assert send_body(chunks) == (chunks, [])


@pytest.mark.parametrize('app', [read_all, make_500_of_errors])
def test_100_megabytes_without_a_length_are_left_at_the_limit(app):
    read, sent = send_body(100_000, app=app)
    assert read == 6
    assert_refused(sent, 413)


@pytest.mark.parametrize('app', [read_all, make_500_of_errors])
def test_a_body_that_takes_too_long_is_left(app):
    read, sent = send_body(100_000, app=app, wait=0.02, seconds=0.1, max_bytes=10**9)
    assert read < 10
    assert_refused(sent, 408)


def test_after_its_body_a_request_may_take_as_long_as_it_likes():
    async def read_and_wait_for_the_end(scope, receive, send):
        await read_all(scope, receive, send)
        await receive()

    read, sent = send_body(1, app=read_and_wait_for_the_end, wait=0.6, seconds=1)
    assert (read, sent) == (2, [])


def test_a_failure_of_the_app_itself_passes():
    async def fail(scope, receive, send):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        send_body(1, app=fail)


def test_100_megabytes_that_are_announced_are_not_read_at_all():
    read, sent = send_body(100_000, [(b'content-length', b'100000000')])
    assert read == 0
    assert_refused(sent, 413)
