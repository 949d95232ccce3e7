"""TIFFs that are rare: planes, 12 and 16 bits, either order of bytes, old tags, SubIFDs."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from projects.smn.reading import ImageError, decode_image, header_of
from projects.smn.reading.orientation import MOVES, turned_upright

H, W = 6, 8
SHORT, LONG = 3, 4


def directory(entries, order, place, after=0):
    """An IFD that begins at ``place``; entries are (tag, type, values), and short lists fit in."""
    body, extra = b'', b''
    behind = place + 2 + 12 * len(entries) + 4
    for tag, kind, values in sorted(entries):
        packed = struct.pack(f'{order}{len(values)}{"H" if kind == SHORT else "I"}', *values)
        if len(packed) > 4:
            packed, extra = struct.pack(f'{order}I', behind + len(extra)), extra + packed
        body += struct.pack(f'{order}HHI', tag, kind, len(values)) + packed.ljust(4, b'\0')
    return struct.pack(f'{order}H', len(entries)) + body + struct.pack(f'{order}I', after) + extra


def picture(photometric, bits, places, length, size=(W, H), **more):
    """The entries of a picture without compression; ``more`` are tags as ``tag_N=[...]``."""
    entries = [(256, LONG, [size[0]]), (257, LONG, [size[1]]), (258, SHORT, bits)]
    entries += [(259, SHORT, [1]), (262, SHORT, [photometric]), (273, LONG, places)]
    entries += [(277, SHORT, [len(bits)]), (278, LONG, [size[1]])]
    entries += [(279, LONG, [length] * len(places))]
    return entries + [(int(tag[4:]), SHORT, values) for tag, values in more.items()]


def tiff(data, photometric, bits, order='<', planes=1, **more):
    """One picture: its data, then its directory."""
    length = len(data) // planes
    entries = picture(photometric, bits, [8 + length * i for i in range(planes)], length, **more)
    head = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(f'{order}I', 8 + len(data))
    return head + data + directory(entries, order, 8 + len(data))


def refused(content, fault, *words):
    with pytest.raises(ImageError) as error:
        decode_image(content)
    assert error.value.fault == fault
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize('order', '<>')
@pytest.mark.parametrize(
    ('bits', 'kind'), [(8, np.uint8), (16, np.uint16)], ids=['8 bits', '16 bits']
)
def test_colours_in_planes_of_their_own_are_read_as_side_by_side(order, bits, kind):
    values = np.random.default_rng(0).integers(0, 1 << bits, (3, H, W)).astype(kind)
    data = values.astype(values.dtype.newbyteorder(order)).tobytes()
    content = tiff(data, 2, [bits] * 3, order, planes=3, tag_284=[2])
    expected = np.moveaxis(values >> bits - 8, 0, -1)[..., ::-1]
    np.testing.assert_array_equal(decode_image(content), expected)
    with Image.open(BytesIO(content)) as image:
        np.testing.assert_array_equal(decode_image(image), expected)


def test_planes_of_16_bits_with_one_that_means_nothing_are_read():
    values = np.random.default_rng(0).integers(0, 1 << 16, (4, H, W)).astype('<u2')
    content = tiff(values.tobytes(), 2, [16] * 4, planes=4, tag_284=[2], tag_338=[0])
    expected = np.moveaxis(values[:3] >> 8, 0, -1)[..., ::-1]
    np.testing.assert_array_equal(decode_image(content), expected)


@pytest.mark.parametrize('order', '<>')
@pytest.mark.parametrize('photometric', [0, 1], ids=['white is zero', 'black is zero'])
def test_16_bits_are_read_in_either_order_and_dark_stays_dark(order, photometric):
    values = np.linspace(0, 65535, H * W).astype(np.uint16).reshape(H, W)
    data = (values if photometric else 65535 - values).astype(f'{order}u2').tobytes()
    found = decode_image(tiff(data, photometric, [16], order))
    np.testing.assert_array_equal(found[..., 0], values >> 8)


def test_of_12_bits_the_upper_8_are_taken():
    values = np.linspace(0, 4095, H * W).astype(int)
    first, second = values[::2], values[1::2]
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], 1)
    found = decode_image(tiff(packed.astype(np.uint8).tobytes(), 1, [12]))
    np.testing.assert_array_equal(found[..., 0].ravel(), values >> 4)


@pytest.mark.parametrize(
    ('content', 'word'),
    [
        (tiff(bytes(2 * H * W), 1, [16], tag_339=[2]), '16-bit numbers with a sign'),
        (tiff(bytes(4 * H * W), 1, [32]), '32-bit numbers'),
    ],
    ids=['int16', 'uint32'],
)
def test_numbers_that_are_no_colours_are_called_what_they_are(content, word):
    refused(content, 'damaged', word)


@pytest.mark.parametrize('largest', [65535, 4095])
def test_a_pgm_of_more_than_8_bits_is_a_picture(largest):
    values = np.linspace(0, largest, H * W).astype('>u2')
    content = b'P5 %d %d %d\n' % (W, H, largest) + values.tobytes()
    expected = values.astype(int) * 65535 // largest >> 8
    assert np.abs(decode_image(content)[..., 0].ravel() - expected).max() <= 1


def test_the_older_tag_of_a_thumbnail_counts_too():
    """Of two pages, the first is the picture; the second says 2, "reduced", in tag 255."""
    values = np.arange(H * W, dtype=np.uint8)
    small = directory(picture(1, [8], [8], 4, (2, 2), tag_255=[2]), '<', 8 + H * W)
    whole = picture(1, [8], [8], H * W, tag_255=[1])
    start = 8 + H * W + len(small)
    content = b'II*\0' + struct.pack('<I', start) + values.tobytes() + small
    content += directory(whole, '<', start, after=8 + H * W)
    np.testing.assert_array_equal(decode_image(content)[..., 0].ravel(), values)


def with_child(child, **above):
    """A thumbnail, and a directory below it for a picture of W x H."""
    values = np.arange(H * W, dtype=np.uint8)
    below = directory(child, '<', 8 + H * W)
    start = 8 + H * W + len(below)
    thumbnail = picture(1, [8], [8], 4, (2, 2), tag_254=[1], **above)
    thumbnail.append((330, LONG, [8 + H * W]))
    content = b'II*\0' + struct.pack('<I', start) + values.tobytes() + below
    return content + directory(thumbnail, '<', start), values.reshape(H, W)


@pytest.mark.parametrize('orientation', MOVES)
def test_the_picture_below_a_thumbnail_is_turned_as_the_file_says(orientation):
    content, values = with_child(picture(1, [8], [8], H * W), tag_274=[orientation])
    expected = turned_upright(values, orientation)
    np.testing.assert_array_equal(decode_image(content)[..., 0], expected)
    assert header_of(content).upright == expected.shape[::-1]


def test_what_the_picture_says_of_itself_counts_more():
    content, values = with_child(picture(1, [8], [8], H * W, tag_274=[6]), tag_274=[3])
    np.testing.assert_array_equal(decode_image(content)[..., 0], turned_upright(values, 6))


def test_numbers_of_a_sensor_are_said_to_be_of_a_raw_photograph():
    sensor = 32803
    refused(with_child(picture(sensor, [8], [8], H * W))[0], 'damaged', 'raw photograph')
