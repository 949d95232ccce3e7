"""Whatever format, mode and orientation: one picture, upright and in colours."""

from __future__ import annotations

import struct
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import AppendingTiffWriter, ImageFileDirectory_v2

from projects.smn.reading import (
    ImageError,
    decode_image,
    image_header,
    open_image,
    read_map,
    read_picture,
)
from projects.smn.reading.orientation import MOVES, as_stored, turned_upright

SIZE = (48, 36)


def picture(size=SIZE):
    """Patches, so that lossy formats keep them."""
    values = np.random.default_rng(0).integers(0, 256, (size[1] // 6, size[0] // 6, 3), np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.NEAREST)


def encoded(image, format='PNG', **options):
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


TRUE = np.asarray(picture())[..., ::-1]


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


@pytest.mark.parametrize('orientation', MOVES)
@pytest.mark.parametrize('format', ['JPEG', 'PNG', 'WEBP', 'TIFF'])
def test_a_photograph_that_exif_turns_is_what_pillow_makes_of_it(tmp_path, orientation, format):
    content = encoded(picture(), format, exif=exif(orientation))
    found = read_picture(content)
    plain = decode_image(encoded(picture(), format))
    if format != 'TIFF':  # of which Pillow has turned the picture when it is there
        np.testing.assert_array_equal(found.pixels, turned_upright(plain, orientation))
        assert found.orientation == orientation
    with Image.open(BytesIO(content)) as image:
        theirs = np.asarray(ImageOps.exif_transpose(image).convert('RGB'))[..., ::-1]
    assert np.abs(found.pixels.astype(int) - theirs).max() <= 3
    path = tmp_path / 'a'
    path.write_bytes(content)
    assert image_header(path).upright == found.pixels.shape[1::-1]


@pytest.mark.parametrize('orientation', MOVES)
def test_as_stored_is_the_inverse_of_upright(orientation):
    turned = turned_upright(TRUE, orientation)
    np.testing.assert_array_equal(as_stored(turned, orientation), TRUE)


@pytest.mark.parametrize('format', ['JPEG', 'PNG'])
@pytest.mark.parametrize('mode', ['RGB', 'L'])
def test_ordinary_files_give_the_pixels_of_opencv(format, mode):
    content = encoded(picture().convert(mode), format)
    theirs = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(decode_image(content), theirs)


@pytest.mark.parametrize('format', ['BMP', 'TIFF', 'GIF', 'PPM', 'JPEG2000'])
def test_formats_without_loss_give_their_pixels(format):
    image = picture().quantize(16).convert('RGB')  # as many colours as any of them has
    content = encoded(image, format)
    np.testing.assert_array_equal(decode_image(content), np.asarray(image)[..., ::-1])


@pytest.mark.parametrize('format', ['HEIF', 'AVIF'])
def test_formats_of_phones_are_read(format):
    found = decode_image(encoded(picture((192, 144)), format, quality=95))
    true = np.asarray(picture((192, 144)))[..., ::-1].astype(int)
    assert np.abs(found - true).mean() < 12


@pytest.mark.parametrize('mode', ['RGBA', 'LA', 'PA'])
def test_what_is_transparent_is_white_whatever_hides_there(mode):
    image = picture().convert('RGBA')
    image.putalpha(0)
    assert (
        decode_image(encoded(image.convert(mode), 'PNG' if mode != 'PA' else 'TIFF')) == 255
    ).all()


@pytest.mark.parametrize(('mode', 'colour'), [('RGB', (0, 0, 0)), ('L', 0)])
def test_a_png_with_one_transparent_colour_is_white_there(mode, colour):
    image = Image.new(mode, SIZE, colour)
    image.paste(100 if mode == 'L' else (100, 100, 100), (0, 0, 10, SIZE[1]))
    found = decode_image(encoded(image, transparency=colour))
    assert (found[:, :10] == 100).all()
    assert (found[:, 10:] == 255).all()


def grey16(white_is_zero):
    values = np.linspace(0, 65535, SIZE[0] * SIZE[1]).astype(np.uint16).reshape(SIZE[::-1])
    tags = ImageFileDirectory_v2()
    image = Image.fromarray(65535 - values if white_is_zero else values)
    if white_is_zero:
        tags[262] = 0
    return encoded(image, 'TIFF', tiffinfo=tags), values


@pytest.mark.parametrize('white_is_zero', [False, True])
def test_16_bits_keep_their_upper_8_and_dark_stays_dark(white_is_zero):
    content, values = grey16(white_is_zero)
    if white_is_zero and Image.open(BytesIO(content)).tag_v2[262] != 0:
        pytest.skip('this Pillow does not write it')
    expected = values >> 8
    assert np.abs(decode_image(content)[..., 0].astype(int) - expected).max() <= 1


@pytest.mark.parametrize('mode', ['1', 'L', 'P', 'CMYK'])
def test_every_mode_becomes_colours(mode):
    format = 'TIFF' if mode != 'P' else 'PNG'
    content = encoded(picture().convert(mode), format)
    with Image.open(BytesIO(content)) as image:
        theirs = np.asarray(image.convert('RGB'))[..., ::-1]
    np.testing.assert_array_equal(decode_image(content), theirs)


def test_an_image_of_pillow_is_read_as_its_file_is():
    for content in (grey16(True)[0], encoded(picture().convert('RGBA')), encoded(picture())):
        with Image.open(BytesIO(content)) as image:
            np.testing.assert_array_equal(decode_image(image), decode_image(content))
            image.getpixel((0, 0))  # is still open


def pages(*images, reduced=()):
    """A TIFF of several pages, of which some say that they are thumbnails."""
    tags = []
    for number in range(len(images)):
        directory = ImageFileDirectory_v2()
        directory[254] = int(number in reduced)
        tags.append(directory)
    file = BytesIO()
    with AppendingTiffWriter(file, new=True) as writer:
        for image, directory in zip(images, tags, strict=True):
            image.save(writer, 'TIFF', tiffinfo=directory)
            writer.newFrame()
    return file.getvalue()


@pytest.mark.parametrize('first', [True, False])
def test_a_thumbnail_is_never_taken_for_the_picture(first):
    small = picture((12, 6))
    images = (small, picture()) if first else (picture(), small)
    content = pages(*images, reduced=[0 if first else 1])
    np.testing.assert_array_equal(decode_image(content), TRUE)


def refused(content, fault, *words, **options):
    with pytest.raises(ImageError) as error:
        decode_image(content, **options)
    assert error.value.fault == fault
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize('view', [memoryview, bytearray])
def test_a_view_of_memory_is_read_as_bytes_are(view):
    np.testing.assert_array_equal(decode_image(view(encoded(picture()))), TRUE)


def test_a_thumbnail_alone_is_refused():
    refused(pages(picture((12, 6)), reduced=[0]), 'damaged', 'thumbnail')


@pytest.mark.parametrize('format', ['GIF', 'WEBP', 'PNG', 'TIFF'])
def test_several_pictures_are_refused(format):
    others = [picture().rotate(90), picture().rotate(180)]
    content = encoded(picture(), format, save_all=True, append_images=others)
    refused(content, 'several', 'several pictures')


@pytest.mark.parametrize('frames', [1, 2])
def test_a_still_png_with_an_animation_behind_it_is_several_pictures(frames):
    others = [picture().rotate(90 * (turn + 1)) for turn in range(frames)]
    content = encoded(picture(), save_all=True, append_images=others, default_image=True)
    refused(content, 'several', 'several pictures')


@pytest.mark.parametrize('primary', [0, 1])
def test_of_several_pictures_of_a_heic_the_primary_one_is_taken(primary):
    images = [Image.new('RGB', (64, 48), 'red'), Image.new('RGB', (96, 64), 'blue')]
    content = encoded(
        images[0], 'HEIF', save_all=True, append_images=images[1:], primary_index=primary
    )
    found = decode_image(content)
    assert found.shape[1::-1] == images[primary].size
    true = np.asarray(images[primary])[..., ::-1].astype(int)
    assert np.abs(found - true).max() < 12


@pytest.mark.parametrize('head', [b'\0\0\0\x18ftypcrx \0\0\0\1', b'FUJIFILMCCD-RAW 0201'])
def test_a_raw_photograph_is_called_so(head):
    refused(head.ljust(600, b'\0'), 'unreadable', 'raw photograph')


def test_of_two_pictures_of_a_phone_the_first_is_taken():
    content = encoded(picture(), 'MPO', save_all=True, append_images=[picture((96, 72))])
    assert decode_image(content).shape == TRUE.shape


@pytest.mark.parametrize('format', ['JPEG', 'PNG', 'TIFF', 'WEBP', 'GIF', 'BMP', 'HEIF', 'AVIF'])
@pytest.mark.parametrize('share', [0.05, 0.5, 0.95])
def test_a_file_that_is_cut_off_is_refused(format, share):
    noise = Image.effect_noise((200, 200), 80).convert('RGB')
    content = encoded(noise, format)
    with pytest.raises(ImageError):
        decode_image(content[: int(share * len(content))])


def test_what_is_too_large_is_called_so_and_not_broken():
    refused(encoded(picture()), 'too large', '48 x 36', max_pixels=1000)
    # More pixels than Pillow opens, by its header.
    bitmap = bytearray(encoded(picture(), 'BMP'))
    bitmap[18:26] = struct.pack('<ii', 60_000, 60_000)
    refused(bytes(bitmap), 'too large', '60000 x 60000')


def test_pillows_own_limit_is_as_it_was():
    before = Image.MAX_IMAGE_PIXELS
    open_image(encoded(picture()))
    assert before == Image.MAX_IMAGE_PIXELS is not None


@pytest.mark.parametrize('content', [b'', b'a text', b'%!PS-Adobe-3.0 EPSF-3.0\n', b'\xff\xd8\xff'])
def test_what_is_no_image_is_refused(content):
    refused(content, 'unreadable', 'cannot be read as an image')


def ifd(entries, after=0):
    """A directory of a TIFF: (tag, type, count, value) of four bytes each."""
    packed = b''.join(struct.pack('<HHII', *entry) for entry in entries)
    return struct.pack('<H', len(entries)) + packed + struct.pack('<I', after)


def with_child(*child):
    """A TIFF whose one page is a thumbnail, and that has a directory of another picture."""
    page = [(254, 4, 1, 1), (256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1)]
    page += [(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 8), (279, 4, 1, 64)]
    start = 8 + 64 + len(ifd([*page, (330, 4, 1, 0)]))
    head = b'II*\0' + struct.pack('<I', 8 + 64) + bytes(64)
    return head + ifd([*page, (330, 4, 1, start)]) + ifd(child), start


def test_the_picture_below_a_thumbnail_is_taken():
    content, _ = with_child(
        *[(254, 4, 1, 0), (256, 4, 1, 16), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1)],
        *[(262, 3, 1, 1), (273, 4, 1, 0), (277, 3, 1, 1), (278, 4, 1, 4), (279, 4, 1, 64)],
    )
    content = content.replace(
        struct.pack('<HHII', 273, 4, 1, 0), struct.pack('<HHII', 273, 4, 1, len(content))
    )
    values = np.arange(64, dtype=np.uint8).reshape(4, 16)
    np.testing.assert_array_equal(decode_image(content + values.tobytes())[..., 0], values)


def test_nothing_in_a_file_is_opened_in_another_format(monkeypatch):
    opened = []
    real = Image.open

    def noting(file, mode='r', formats=None):
        opened.append(formats)
        return real(file, mode, formats)

    monkeypatch.setattr(Image, 'open', noting)
    script = b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 48\n'
    content, _ = with_child((254, 4, 1, 0), (513, 4, 1, 500), (514, 4, 1, len(script)))
    with pytest.raises(ImageError):
        decode_image(content.ljust(500, b'\0') + script)
    with pytest.raises(ValueError, match='cannot be read'):
        read_map(script)
    assert all(formats is not None and 'EPS' not in formats for formats in opened)


def test_a_large_picture_below_a_thumbnail_is_refused_by_its_header():
    content, _ = with_child(
        *[(254, 4, 1, 0), (256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 8), (259, 3, 1, 1)],
        *[(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 60_000), (279, 4, 1, 64)],
    )
    refused(content, 'too large', '60000 x 60000')
