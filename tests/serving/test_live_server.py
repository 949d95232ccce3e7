"""A server on a socket, with many clients at a time."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx2
import psutil
import pytest
import uvicorn
from api_client import PNG, SlowPredictor
from canned import CannedPredictor

from projects.smn.serving import ServingOptions, create_app


@contextmanager
def serving(predictor, **options):
    """A client of a server that runs in a thread."""
    app = create_app(predictor, ServingOptions(**options))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    with socket.create_server(('127.0.0.1', 0)) as taken:
        thread = threading.Thread(target=server.run, kwargs=dict(sockets=[taken]))
        thread.start()
        try:
            address = f'http://127.0.0.1:{taken.getsockname()[1]}'
            with httpx2.Client(base_url=address, timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


def post(client: httpx2.Client, content: bytes = PNG, **options) -> httpx2.Response:
    """Predict one image."""
    return client.post('/v1/predict', files=dict(image=content), **options)


def ask(client: httpx2.Client, number: int) -> Counter:
    """How often each status came, of so many requests from 16 threads."""
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(lambda _: post(client), range(number))
        return Counter(answer.status_code for answer in answers)


def wait_for(client: httpx2.Client, sample: str) -> None:
    """Until the metrics have a line that begins so."""
    deadline = time.monotonic() + 20
    while f'\n{sample}' not in client.get('/metrics').text:
        assert time.monotonic() < deadline, f'no {sample}'


def test_of_200_requests_from_16_clients_each_is_answered_or_put_off_and_memory_stays():
    process = psutil.Process()
    with serving(CannedPredictor(), queue=4) as client:
        ask(client, 100)
        before = process.memory_info().rss
        statuses = ask(client, 200)
        grown = process.memory_info().rss - before
        assert set(statuses) <= {200, 503}
        assert statuses[200] > 0
        assert sum(statuses.values()) == 200
        assert grown < 20e6
        assert post(client).status_code == 200


def test_an_upload_of_100_megabytes_is_refused_and_the_server_goes_on():
    with serving(CannedPredictor()) as client:
        # The server hangs up on what it does not read. A client that is still sending then may
        # lose the answer with the connection: that is TCP's way.
        with suppress(httpx2.TransportError):
            assert post(client, bytes(100_000_000)).status_code == 413
        wait_for(client, 'smn_requests_total{route="other",status="413"} 1.0')
        assert post(client).status_code == 200


def test_who_asks_before_sending_100_megabytes_is_told_why_not():
    with serving(CannedPredictor()) as client:
        server = client.base_url
        with socket.create_connection((server.host, server.port), timeout=20) as connection:
            connection.sendall(
                b'POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n'
            )
            answer = connection.makefile('rb').read()  # until the server hangs up
        assert answer.startswith(b'HTTP/1.1 413')
        assert b'the request is too long: at most 20 MB' in answer


def test_a_body_that_does_not_come_is_not_waited_for():
    def trickle():
        yield b'--x\r\n'
        stop.wait(20)

    stop = threading.Event()
    headers = {'Content-Type': 'multipart/form-data; boundary=x'}
    with serving(CannedPredictor(), queue=1, upload_seconds=0.2) as client:
        late = threading.Thread(
            target=lambda: client.post('/v1/predict', content=trickle(), headers=headers)
        )
        late.start()
        try:
            wait_for(client, 'smn_queue_places_taken 1')
            wait_for(client, 'smn_requests_total{route="/v1/predict",status="408"}')
            wait_for(client, 'smn_queue_places_taken 0')
            assert post(client).status_code == 200
        finally:
            stop.set()
            late.join()


def test_the_job_of_a_client_that_went_away_is_not_run():
    predictor = SlowPredictor()
    with serving(predictor) as client, ThreadPoolExecutor(2) as pool:
        first = pool.submit(post, client)
        try:
            assert predictor.begun.wait(20)
            with pytest.raises(httpx2.ReadTimeout):
                post(client, timeout=0.3)
            wait_for(client, 'smn_requests_total{route="/v1/predict",status="499"}')
        finally:
            predictor.may_go_on.set()
        assert first.result().status_code == 200
        assert post(client).status_code == 200
        assert predictor.calls == 2
