"""Requests to the API, and pictures to send."""

from __future__ import annotations

import struct
import threading
import zlib
from io import BytesIO

import numpy as np
from canned import HEIGHT, WIDTH, CannedPredictor
from fastapi.testclient import TestClient
from PIL import Image

from projects.smn.serving import ServingOptions, create_app

INSIDES = ('Traceback', 'Error', '/projects/', '.py')


def api(predictor=None, **options) -> TestClient:
    """A client of an app without a page.

    Args:
        predictor: By default one that says the same of every image.
        options: Of :class:`ServingOptions`.
    """
    return local(create_app(predictor or CannedPredictor(), ServingOptions(**options)))


def local(app) -> TestClient:
    """A client that calls an app by the address of this machine."""
    return TestClient(app, base_url='http://127.0.0.1')


def picture(height: int = HEIGHT, width: int = WIDTH) -> Image.Image:
    """Its left half is red, its right half blue, and green grows downwards."""
    values = np.zeros((height, width, 3), np.uint8)
    values[:, : width // 2, 0] = 200
    values[:, width // 2 :, 2] = 200
    values[..., 1] = np.linspace(0, 100, height)[:, None]
    return Image.fromarray(values)


def encoded(image: Image.Image, kind: str = 'PNG', **options) -> bytes:
    """The bytes of a file."""
    content = BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def header_only_png(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        )

    size = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', size) + chunk(b'IDAT', b'') + chunk(b'IEND', b'')


PNG = encoded(picture())


def send(client: TestClient, *contents: bytes, name: str = 'image', **query):
    """Predict images; the names of the files claim that they are JPEG."""
    files = [(name, (f'{number}.jpg', content)) for number, content in enumerate(contents)]
    return client.post('/v1/predict', params=query, files=files)


class SlowPredictor(CannedPredictor):
    """Begins to predict, and goes on when it may."""

    def __init__(self):
        super().__init__()
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, image):
        self.begun.set()
        assert self.may_go_on.wait(20)
        return super().__call__(image)


class FailingPredictor(CannedPredictor):
    """Fails on every image."""

    def __call__(self, image):
        raise RuntimeError('a secret of the server')


def assert_problem(response, status: int, *words: str) -> None:
    """One sentence in the one form of errors, with nothing of the inside of the server in it."""
    assert response.status_code == status, response.text
    assert response.headers['content-type'] == 'application/problem+json'
    problem = response.json()
    assert problem.keys() == {'title', 'status', 'detail'}
    assert problem['status'] == status
    assert '\n' not in problem['detail']
    for word in words:
        assert word in problem['detail']
    assert not [word for word in INSIDES if word in problem['detail']]
