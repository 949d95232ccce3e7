"""EXIF says which way up a picture is, wherever in a file it is."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from projects.smn.reading import decode_image, header_of, open_image, read_picture
from projects.smn.reading.orientation import orientation_of, turned_upright

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8))
PICTURE = PICTURE.resize((80, 60), Image.Resampling.NEAREST)


def encoded(format='PNG', image=PICTURE, **options):
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def with_exif_behind(content, orientation):
    place = content.rindex(b'IEND') - 4
    block = exif(orientation).tobytes().removeprefix(b'Exif\0\0')
    return content[:place] + chunk(b'eXIf', block) + content[place:]


@pytest.mark.parametrize('mode', ['RGB', 'L', 'P', 'RGBA'])
@pytest.mark.parametrize('orientation', [3, 6])
def test_a_png_is_turned_by_what_lies_behind_its_pixels(mode, orientation):
    plain = encoded(image=PICTURE.convert(mode))
    content = with_exif_behind(plain, orientation)
    found = read_picture(content)
    assert found.orientation == orientation
    expected = turned_upright(decode_image(plain), orientation)
    np.testing.assert_array_equal(found.pixels, expected)
    assert header_of(content).upright == expected.shape[1::-1]
    with Image.open(BytesIO(content)) as image:
        np.testing.assert_array_equal(decode_image(image), expected)


def test_looking_for_it_leaves_the_file_where_it_was():
    image = open_image(with_exif_behind(encoded(), 6))
    before = image.fp.tell()
    assert orientation_of(image) == 6
    assert image.fp.tell() == before


def test_a_png_whose_chunks_do_not_end_is_upright_until_it_is_refused():
    content = encoded()
    cut = content[: content.index(b'IDAT') + 20]
    assert header_of(cut).orientation == 1


@pytest.mark.parametrize('format', ['JPEG', 'PNG', 'WEBP', 'AVIF'])
@pytest.mark.parametrize('orientation', [3, 6])
def test_other_formats_are_turned_too(format, orientation):
    plain = decode_image(encoded(format))
    found = read_picture(encoded(format, exif=exif(orientation)))
    assert found.orientation == orientation
    np.testing.assert_array_equal(found.pixels, turned_upright(plain, orientation))


@pytest.mark.parametrize('format', ['JPEG', 'PNG', 'WEBP'])
@pytest.mark.parametrize('orientation', [0, 9, 255])
def test_a_number_that_exif_does_not_have_turns_nothing(format, orientation):
    plain = decode_image(encoded(format))
    found = read_picture(encoded(format, exif=exif(orientation)))
    assert found.orientation == 1
    np.testing.assert_array_equal(found.pixels, plain)
