"""What is too long is not read to its end."""

from __future__ import annotations

import asyncio

import pytest

from projects.smn.serving.body_limit import BodyLimit
from projects.smn.serving.problems import ProblemError

CHUNK = bytes(1000)


async def read_all(scope, receive, send):
    while (await receive()).get('more_body'):
        pass


def send_body(chunks: int, headers=()) -> tuple[int, list]:
    """How many chunks of 1000 bytes an app with a limit of 5000 has read, and what it sent."""
    read, sent = 0, []

    async def receive():
        nonlocal read
        read += 1
        return dict(type='http.request', body=CHUNK, more_body=read < chunks)

    async def send(message):
        sent.append(message)

    scope = dict(type='http', headers=list(headers))
    try:
        asyncio.run(BodyLimit(read_all, 5000)(scope, receive, send))
    except ProblemError as error:
        sent.append(error.status)
    return read, sent


@pytest.mark.parametrize('chunks', [1, 5])
def test_what_is_short_enough_is_read(chunks):
    assert send_body(chunks) == (chunks, [])


def test_100_megabytes_without_a_length_are_left_at_the_limit():
    assert send_body(100_000) == (6, [413])


def test_100_megabytes_that_are_announced_are_not_read_at_all():
    read, sent = send_body(100_000, [(b'content-length', b'100000000')])
    assert read == 0
    assert sent[0]['status'] == 413
