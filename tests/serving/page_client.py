"""A page, and what a client can say to it without a browser."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import uvicorn
from api_client import PNG, assert_problem, local
from canned import CannedPredictor, masks, write_test_set

from projects.smn.serving.app import create_app
from projects.smn.serving.options import ServingOptions
from projects.smn.serving.page import mount_page
from projects.smn.serving.page_server import PageServer

META = dict(_type='gradio.FileData')
SECRET = 'secret-of-the-machine'
JOIN = '/gradio_api/queue/join'
UPLOAD_EVENT, EXAMPLE_EVENT, SETTINGS_EVENT = 0, 1, 3

watched: list[str] | None = None


def _watch(event: str, arguments: tuple) -> None:
    if watched is None:
        return
    if event == 'open' and re.search(f'{SECRET}|/etc/', str(arguments[0])):
        watched.append(f'read {arguments[0]}')
    elif event in ('socket.connect', 'socket.getaddrinfo'):
        watched.append(f'{event} {arguments}')


sys.addaudithook(_watch)


@contextmanager
def nothing_is_touched(folder):
    """No secret is opened, nothing is fetched, and the folder of the page stays as it is."""
    global watched
    before = sorted(folder.rglob('*'))
    watched = []
    try:
        yield
        assert watched == []
    finally:
        watched = None
    assert sorted(folder.rglob('*')) == before


@contextmanager
def mounted_page(root: Path, examples=('1.png',), **options):
    """The page of a network that answers at once, beside whose folder lies a secret picture.

    Args:
        root: A folder for all of its files.
        examples: The images of its test set.
        options: Of :class:`ServingOptions`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('GRADIO_TEMP_DIR', str(root / 'gradio'))
        write_test_set(root / 'examples', examples)
        secret = root / f'{SECRET}.png'
        secret.write_bytes(PNG)
        secret.chmod(0o600)
        predictor = CannedPredictor(root / 'examples')
        app = create_app(predictor, ServingOptions(**options))
        answers = mount_page(app)
        yield SimpleNamespace(
            app=app,
            client=local(app),
            answers=answers,
            predictor=predictor,
            root=root,
            folder=root / 'gradio',
            secret=secret,
        )


@contextmanager
def served(app):
    """The address of a server in a thread, which ends although pages are open."""
    taken = socket.create_server(('127.0.0.1', 0))
    server = PageServer(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs=dict(sockets=[taken]))
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f'http://127.0.0.1:{taken.getsockname()[1]}/'
    finally:
        server.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


def upload_file(page, name: str = 'photo.png', content: bytes = PNG) -> str:
    """The name of a file that was uploaded."""
    answer = page.client.post('/gradio_api/upload', files=dict(files=(name, content)))
    (told,) = answer.json()
    return told


def join(page, data, event: int = UPLOAD_EVENT, **more):
    """Touch the page."""
    body = dict(data=data, fn_index=event, session_hash='abc', event_data=None, trigger_id=None)
    # Not as `json`: what is no Unicode is sent as well.
    headers = {'Content-Type': 'application/json'}
    return page.client.post(JOIN, content=json.dumps(body | more), headers=headers)


def outcome(page, answer) -> dict:
    """What the page shows of an event."""
    assert answer.status_code == 200, answer.text
    lines = page.client.get('/gradio_api/queue/data', params=dict(session_hash='abc')).text
    messages = [json.loads(line[5:]) for line in lines.split('\n') if line.startswith('data:')]
    (done,) = [message for message in messages if message['msg'] == 'process_completed']
    return done


def values(file) -> list:
    """Of the widgets that an upload sends."""
    return [file, 0.3, ['mask']]


def file_value(path: str, **more) -> dict:
    """A file as browsers name it."""
    return dict(path=path, meta=META, **more)


def assert_refused(answer, event: int = UPLOAD_EVENT) -> None:
    """One sentence; of events there are four."""
    words = 'not kept here' if event < 4 else 'no event'
    assert_problem(answer, 422, words)


def check_download(name: str, content: bytes) -> None:
    """Both objects are in it, one mask as it was predicted."""
    if name.endswith('json'):
        (image,) = json.loads(content)['images']
        assert [found['category'] for found in image['objects']] == ['apple', 'card']
    elif name.endswith('csv'):
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        assert [row['class'] for row in rows] == ['apple', 'card']
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            data = np.frombuffer(archive.read('image000_object001_mask.png'), np.uint8)
        np.testing.assert_array_equal(cv2.imdecode(data, 0) > 0, masks()[1])
