"""Whether an image is whole, and whether OpenCV reads what was labelled."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from projects.smn.convert.decoded import decode

SIZE = (40, 30)


@pytest.fixture
def picture():
    values = np.random.default_rng(0).integers(0, 256, (SIZE[1] // 5, SIZE[0] // 5, 3), np.uint8)
    return Image.fromarray(values).resize(SIZE, Image.Resampling.NEAREST)


@pytest.mark.parametrize(('mode', 'kind'), [('RGB', 'JPEG'), ('L', 'JPEG'), ('RGB', 'PNG')])
def test_an_ordinary_image_can_be_copied(tmp_path, picture, mode, kind):
    path = tmp_path / 'a.jpg'
    picture.convert(mode).save(path, kind)
    assert decode(path) == (*SIZE, kind, None)


@pytest.mark.parametrize(
    ('mode', 'format', 'kind'),
    [
        ('P', 'GIF', 'GIF'),
        ('RGBA', 'PNG', 'PNG with alpha'),
        ('LA', 'PNG', 'PNG with alpha'),
        ('P', 'PNG', 'PNG with a palette'),
        ('CMYK', 'JPEG', 'JPEG in CMYK'),
        ('RGB', 'TIFF', 'TIFF'),
    ],
)
def test_an_unusual_image_is_given_as_rgb(tmp_path, picture, mode, format, kind):
    path = tmp_path / 'a.jpg'
    picture.convert(mode).save(path, format)
    decoded = decode(path)
    assert decoded.kind == kind
    assert (decoded.width, decoded.height) == decoded.pixels.size == SIZE
    assert decoded.pixels.mode == 'RGB'
    with Image.open(path) as image:
        assert np.array_equal(decoded.pixels, image.convert('RGB'))


def test_what_alpha_hides_becomes_white(tmp_path):
    path = tmp_path / 'a.jpg'
    Image.new('RGBA', SIZE, (255, 0, 0, 0)).save(path, 'PNG')
    assert decode(path).pixels.getcolors() == [(SIZE[0] * SIZE[1], (255, 255, 255))]


def test_exif_does_not_turn_an_image_because_its_trimap_is_not_turned_either(tmp_path, picture):
    path, exif = tmp_path / 'a.jpg', Image.Exif()
    exif[0x0112] = 6
    picture.save(path, exif=exif)
    decoded = decode(path)
    assert decoded.kind == 'JPEG turned by EXIF'
    assert decoded.pixels.size == (decoded.width, decoded.height) == SIZE


def test_exif_that_turns_nothing_is_ordinary(tmp_path, picture):
    path, exif = tmp_path / 'a.jpg', Image.Exif()
    exif[0x0112] = 1
    picture.save(path, exif=exif)
    assert decode(path).pixels is None


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'GIF'])
@pytest.mark.parametrize('share', [0, 0.2, 0.6])
def test_a_truncated_image_is_none(tmp_path, picture, kind, share):
    path = tmp_path / 'a.jpg'
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(path, kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert decode(path) is None


def test_what_is_no_image_is_none(tmp_path):
    path = tmp_path / 'a.jpg'
    path.write_text('<html>404</html>')
    assert decode(path) is None
    assert decode(tmp_path / 'missing.jpg') is None
