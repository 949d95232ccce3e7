"""Files are told apart by what they begin with."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from projects.smn.reading.signatures import FILM, PICTURE, kind_of


@pytest.mark.parametrize(
    'format',
    ['JPEG', 'PNG', 'GIF', 'BMP', 'TIFF', 'WEBP', 'MPO', 'AVIF', 'HEIF', 'JPEG2000', 'PPM'],
)
def test_a_picture_is_one_under_any_name(tmp_path, format):
    pillow_heif.register_heif_opener()
    content = BytesIO()
    Image.new('RGB', (64, 48), 'red').save(content, format)
    path = tmp_path / 'a.txt'
    path.write_bytes(content.getvalue())
    assert kind_of(path) == PICTURE


@pytest.mark.parametrize(('suffix', 'code'), [('avi', 'MJPG'), ('mp4', 'mp4v'), ('mkv', 'MJPG')])
def test_a_film_is_one_under_any_name(tmp_path, suffix, code):
    path = tmp_path / f'a.{suffix}'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 10, (64, 48))
    if not writer.isOpened():
        pytest.skip('OpenCV has no such encoder here')
    writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    assert kind_of(path.rename(tmp_path / 'a.jpg')) == FILM


@pytest.mark.parametrize('content', [b'', b'{}', b'G', b'RIFF\0\0\0\0WAVE', b'%PDF-1.4'], ids=str)
def test_all_else_is_neither(tmp_path, content):
    path = tmp_path / 'a.jpg'
    path.write_bytes(content)
    assert kind_of(path) is None
