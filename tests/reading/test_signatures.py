"""Files are told apart by what they begin with."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from projects.smn.reading.signatures import FILM, PICTURE, counts_its_frames, kind_of


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


def stream(start, length):
    """Packets of an MPEG transport stream."""
    return bytes(start) + (b'G' + bytes(length - 1)) * 4


@pytest.mark.parametrize('content', [stream(0, 188), stream(4, 192), stream(0, 204)], ids=len)
def test_a_transport_stream_is_a_film_as_it_is_sent_and_as_cameras_write_it(tmp_path, content):
    (tmp_path / 'a').write_bytes(content)
    assert kind_of(tmp_path / 'a') == FILM


@pytest.mark.parametrize('atom', [b'moov', b'mdat', b'wide', b'free', b'skip'])
def test_quicktime_without_a_brand_is_a_film(tmp_path, atom):
    (tmp_path / 'a').write_bytes(b'\0\0\0\x08' + atom + bytes(50))
    assert kind_of(tmp_path / 'a') == FILM
    assert counts_its_frames(tmp_path / 'a')


@pytest.mark.parametrize(
    'content',
    [
        b'\0\0\0\x18ftypcrx \0\0\0\1',
        b'FUJIFILMCCD-RAW 0201',
        b'II+\0\x08\0\0\0',
        b'P5\n# by a scanner\n640 # wide\n480 255\n\0',
        b'P4 8 1\n\0',
    ],
    ids=str,
)
def test_what_is_rare_is_a_picture(tmp_path, content):
    (tmp_path / 'a').write_bytes(content)
    assert kind_of(tmp_path / 'a') == PICTURE


@pytest.mark.parametrize('header', [12, 40, 108, 124])
def test_a_bitmap_of_any_age_is_a_picture(tmp_path, header):
    head = b'BM' + (5000).to_bytes(4, 'little') + bytes(8) + header.to_bytes(4, 'little')
    (tmp_path / 'a').write_bytes(head + bytes(200))
    assert kind_of(tmp_path / 'a') == PICTURE


@pytest.mark.parametrize(
    'content',
    [
        *(b'', b'{}', b'G', b'RIFF\0\0\0\0WAVE', b'%PDF-1.4'),
        b'BMW is a maker of cars, and of motorcycles too.',
        *(b'P3 is a kind of PPM.', b'P1 is next, then P2.', b'P6 2024 was a good year.'),
        *(b'GIF8 is no version.', b'OggS of a text.'),
        *(b'The free choice', b'Now skip this', b'The wide sea'),
        b'G' + b'.' * 187 + b'G' + b'.' * 400,
    ],
    ids=lambda content: content[:20],
)
def test_all_else_is_neither(tmp_path, content):
    path = tmp_path / 'a.jpg'
    path.write_bytes(content)
    assert kind_of(path) is None
