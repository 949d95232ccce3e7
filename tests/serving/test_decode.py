"""Pictures of every make come out upright and in the right colours, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from api_client import encoded, header_only_png, picture
from PIL import Image

from projects.smn.serving.decode import decode_image, open_image
from projects.smn.serving.problems import ProblemError

ORIENTATION = 0x0112
LIMIT = 1_000_000
TRUE = np.asarray(picture())[..., ::-1].astype(int)


def decode(content: bytes) -> np.ndarray:
    """BGR values that can be subtracted."""
    values = decode_image(open_image(content, LIMIT))
    assert values.dtype == np.uint8
    assert values.flags.c_contiguous
    return values.astype(int)


@pytest.mark.parametrize('kind', ['PNG', 'BMP', 'TIFF'])
def test_lossless_files_give_their_pixels(kind):
    np.testing.assert_array_equal(decode(encoded(picture(), kind)), TRUE)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_a_turned_photograph_is_upright(orientation):
    stored = picture()
    for step in {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }.get(orientation, []):
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    np.testing.assert_array_equal(decode(encoded(stored, 'PNG', exif=exif)), TRUE)


def test_cmyk_becomes_colours():
    values = decode(encoded(picture().convert('CMYK'), 'JPEG', quality=95))
    assert np.abs(values - TRUE).mean() < 10


def test_16_bit_grey_keeps_its_upper_8_bits():
    deep = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64) * 21
    values = decode(encoded(Image.fromarray(deep)))
    for channel in range(3):
        np.testing.assert_array_equal(values[..., channel], deep >> 8)


def test_what_is_transparent_is_white():
    clear = picture().convert('RGBA')
    clear.putalpha(Image.fromarray(np.tile(np.uint8([0, 255]).repeat(32), (48, 1))))
    values = decode(encoded(clear))
    assert (values[:, :32] == 255).all()
    np.testing.assert_array_equal(values[:, 32:], TRUE[:, 32:])


def test_a_palette_and_grey_become_colours():
    flat = picture().quantize(8)
    expected = np.asarray(flat.convert('RGB'))[..., ::-1]
    np.testing.assert_array_equal(decode(encoded(flat)), expected)
    grey = decode(encoded(picture().convert('L')))
    assert (grey.max(-1) == grey.min(-1)).all()


def test_of_a_photograph_with_a_second_picture_behind_it_the_first_is_taken():
    several = encoded(picture(), 'MPO', save_all=True, append_images=[picture(96, 96)])
    assert decode(several).shape == TRUE.shape


def refused(content: bytes, status: int, *words: str) -> None:
    with pytest.raises(ProblemError) as error:
        decode(content)
    assert error.value.status == status
    for word in words:
        assert word in error.value.detail


@pytest.mark.parametrize('side', [1001, 30_000, 2**31 - 1])
def test_too_many_pixels_are_refused_before_they_are_decoded(side):
    refused(header_only_png(side, side), 413, 'at most 1 megapixels')


@pytest.mark.parametrize('size', [(8, 8), (15, 100), (16, 400)])
def test_what_cannot_be_resized_for_a_network_is_refused(size):
    refused(encoded(picture(*size)), 422, f'{size[1]} x {size[0]}')


@pytest.mark.parametrize('kind', ['GIF', 'WEBP', 'PNG', 'TIFF'])
def test_several_pictures_are_refused(kind):
    frames = dict(save_all=True, append_images=[picture().rotate(90), picture().rotate(180)])
    refused(encoded(picture(), kind, **frames), 422, 'several pictures')


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'TIFF', 'WEBP', 'GIF'])
def test_a_file_that_is_cut_off_is_refused(kind):
    content = encoded(Image.effect_noise((200, 200), 80).convert('RGB'), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(ProblemError) as error:
            decode(content[: int(share * len(content))])
        assert error.value.status in (415, 422)


@pytest.mark.parametrize('content', [b'', b'GIF89a', b'\xff\xd8\xff', b'a text' * 100, b'%PDF-1.4'])
def test_what_is_no_image_is_refused(content):
    with pytest.raises(ProblemError) as error:
        decode(content)
    assert error.value.status in (415, 422)


def test_formats_that_run_other_programs_are_not_opened():
    refused(b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 48\n', 415, 'JPEG')


def test_numbers_that_are_no_colours_are_refused():
    refused(encoded(Image.fromarray(np.ones((48, 64), np.float32)), 'TIFF'), 422, '32-bit')
