"""Whether an image is whole, and whether OpenCV reads what was labelled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from projects.smn.convert.decoded import decode, image_size
from projects.smn.reading import ImageError

SIZE = (40, 30)


@pytest.fixture
def picture():
    values = np.random.default_rng(0).integers(0, 256, (SIZE[1] // 5, SIZE[0] // 5, 3), np.uint8)
    return Image.fromarray(values).resize(SIZE, Image.Resampling.NEAREST)


@pytest.mark.parametrize(('mode', 'kind'), [('RGB', 'JPEG'), ('L', 'JPEG'), ('RGB', 'PNG')])
def test_an_ordinary_image_can_be_copied(tmp_path, picture, mode, kind):
    path = tmp_path / 'a.jpg'
    picture.convert(mode).save(path, kind)
    assert decode(path) == (*SIZE, kind, None, 1)


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


@pytest.mark.parametrize('orientation', range(2, 9))
def test_what_belongs_to_the_stored_picture_gets_the_stored_picture(tmp_path, picture, orientation):
    path, exif = tmp_path / 'a.png', Image.Exif()
    exif[0x0112] = orientation
    picture.save(path, exif=exif)
    decoded = decode(path, stored=True)
    assert decoded.kind == 'PNG turned by EXIF'
    assert (decoded.width, decoded.height) == SIZE
    assert np.array_equal(decoded.pixels, picture)
    upright = decode(path)
    assert upright[:4] == (*(SIZE[::-1] if orientation > 4 else SIZE), 'PNG', None)


def _exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP'])
@pytest.mark.parametrize('orientation', range(1, 9))
def test_the_size_is_the_one_that_opencv_reads(tmp_path, picture, kind, orientation):
    path = tmp_path / f'a.{kind.lower()}'
    picture.save(path, kind, exif=_exif(orientation))
    height, width = cv2.imread(str(path)).shape[:2]
    assert image_size(path) == (width, height, orientation)
    assert image_size(path).stored == SIZE


@pytest.mark.parametrize('orientation', [1, 3, 6])
def test_a_tiff_has_the_size_that_its_orientation_says(tmp_path, picture, orientation):
    path = tmp_path / 'a.tif'
    picture.save(path, exif=_exif(orientation))
    decoded = decode(path)
    assert image_size(path) == (*(SIZE[::-1] if orientation == 6 else SIZE), 1)
    assert decoded.pixels.size == (decoded.width, decoded.height) == image_size(path)[:2]


@pytest.mark.parametrize('orientation', [None, 1])
def test_only_exif_turns_an_image_and_not_xmp(tmp_path, picture, orientation):
    path, xmp = tmp_path / 'a.jpg', b'<x:xmpmeta><a tiff:Orientation="6"/></x:xmpmeta>'
    picture.save(path, xmp=xmp, **({'exif': _exif(orientation)} if orientation else {}))
    height, width = cv2.imread(str(path)).shape[:2]
    assert image_size(path) == (width, height, 1) == (*SIZE, 1)
    assert decode(path).kind == 'JPEG'


@pytest.mark.parametrize('block', [b'', b'Exif\0\0', b'Exif\0\0junk', b'Exif\0\0II*\0\xff\0\0\0\1'])
def test_a_damaged_exif_block_turns_nothing(tmp_path, picture, block):
    path = tmp_path / 'a.jpg'
    picture.save(path, exif=block)
    assert image_size(path) == (*SIZE, 1)
    assert decode(path).kind == 'JPEG'


def test_16_bits_are_scaled_as_opencv_does(tmp_path):
    values = np.random.default_rng(0).integers(0, 65536, (30, 40), np.uint16)
    path = tmp_path / 'a.png'
    Image.fromarray(values).save(path)
    decoded = decode(path)
    assert decoded.kind == 'PNG in I;16'
    assert np.array_equal(decoded.pixels, cv2.imread(str(path)))


def test_exif_that_turns_nothing_is_ordinary(tmp_path, picture):
    path, exif = tmp_path / 'a.jpg', Image.Exif()
    exif[0x0112] = 1
    picture.save(path, exif=exif)
    assert decode(path).pixels is None


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'GIF'])
@pytest.mark.parametrize('share', [0, 0.2, 0.6])
def test_a_truncated_image_is_said_to_be_one(tmp_path, picture, kind, share):
    path = tmp_path / 'a.jpg'
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    Image.fromarray(noise).save(path, kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    for read in (decode, image_size):
        with pytest.raises(ImageError, match=r'damaged or cut off|is empty|cannot be read'):
            read(path)


def test_what_is_no_image_is_said_to_be_none(tmp_path):
    path = tmp_path / 'a.jpg'
    path.write_text('<html>404</html>')
    for read in (decode, image_size):
        with pytest.raises(ImageError, match='cannot be read as an image'):
            read(path)
        with pytest.raises(ImageError, match='cannot be read: No such file'):
            read(tmp_path / 'missing.jpg')
