"""The one function that opens an image, whoever asks: training, prediction, server, converters.

``docs/data.md`` has the table of what is read how.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import cv2
import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

from projects.smn.errors import UserError

from . import jpegs
from .orientation import orientation_of, turned_upright, upright_size
from .pages import SeveralError, the_picture
from .pixels import to_rgb
from .signatures import HEAD, is_raw_photograph
from .tiff import prepare_planes

register_heif_opener()
# What Pillow's other readers read, nobody labels, and each of them is one more to be attacked.
FORMATS = ('JPEG', 'PNG', 'WEBP', 'BMP', 'TIFF', 'GIF', 'HEIF', 'AVIF', 'JPEG2000', 'PPM')
NAMES = 'JPEG, PNG, WebP, BMP, TIFF, GIF, HEIC, AVIF, JPEG 2000 or PPM'
MAX_PIXELS = 1 << 30
"""What OpenCV takes; its arrays are of 3 GB."""

UNREADABLE, DAMAGED, TOO_LARGE, SEVERAL = 'unreadable', 'damaged', 'too large', 'several'
_PILLOW_LIMIT = threading.Lock()  # its limit is that of the whole process


class ImageError(UserError):
    """A file is no image, or none that can be used: the rest of a sentence about it.

    Args:
        fault: One of ``'unreadable'``, ``'damaged'``, ``'too large'`` and ``'several'``.
        reason: Such as ``'is damaged or cut off'``.
    """

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


class ImageHeader(NamedTuple):
    """What an image says of itself.

    Attributes:
        width, height: Of the stored picture, in pixels.
        orientation: EXIF's number, see :mod:`.orientation`; 1 is upright.
    """

    width: int
    height: int
    orientation: int

    @property
    def upright(self) -> tuple[int, int]:
        """(width, height) of the picture as people see it."""
        return upright_size(*self)


def open_image(content: bytes | BinaryIO, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Read the header of an image, and find its picture; nothing is decoded.

    Args:
        content: Of a file, or the file, opened.
        max_pixels: What is larger is refused.

    Raises:
        ImageError: If it is no image, is too large, or has several pictures.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    try:
        with _without_pillows_limit():
            image = the_picture(Image.open(file, formats=FORMATS))
    except SeveralError as error:
        raise ImageError(SEVERAL, f'cannot be used: {error}') from None
    except ValueError as error:
        raise ImageError(DAMAGED, f'cannot be used: {error}') from None
    except MemoryError:
        raise
    except Exception:  # Pillow may stumble anywhere over a file that is damaged
        raise ImageError(UNREADABLE, _what_it_is(file)) from None
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(
            TOO_LARGE,
            f'is too large: {width} x {height} pixels, at most {max_pixels / 1e6:g} megapixels',
        )
    return image


class Picture(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: BGR, (H, W, 3), uint8, upright.
        orientation: EXIF's number of the stored one, see :mod:`.orientation`.
    """

    pixels: np.ndarray
    orientation: int


def read_picture(
    content: bytes | memoryview | Image.Image, max_pixels: int = MAX_PIXELS
) -> Picture:
    """The upright picture as people see it.

    Args:
        content: Of a file, or an image of Pillow.
        max_pixels: What is larger is refused before it is decoded.

    Raises:
        ImageError: As :func:`open_image`; also if it is damaged, or of numbers that are no colours.
    """
    if isinstance(content, Image.Image):
        image, pixels = content, None
    else:
        content = bytes(content)  # some backends give a view of memory
        image = open_image(content, max_pixels)
        pixels = _decoded_by_opencv(content, image)
    orientation = orientation_of(image)
    if pixels is None:
        pixels = _decoded_by_pillow(image)
    return Picture(turned_upright(pixels, orientation), orientation)


def decode_image(
    content: bytes | memoryview | Image.Image, max_pixels: int = MAX_PIXELS
) -> np.ndarray:
    """The pixels of :func:`read_picture`: BGR, (H, W, 3), uint8."""
    return read_picture(content, max_pixels).pixels


def image_header(path: str | Path) -> ImageHeader:
    """What an image file says of itself; cheap.

    Raises:
        ImageError: If it is no image, or has several pictures.
        OSError: If it is not there.
    """
    with open(path, 'rb') as file:
        return header_of(file)


def header_of(content: bytes | BinaryIO) -> ImageHeader:
    """What the content of an image file says, see :func:`image_header`."""
    image = open_image(content)
    return ImageHeader(*image.size, orientation_of(image))


def _what_it_is(file: BinaryIO) -> str:
    """What to say of a file that Pillow cannot open."""
    if not file.seek(0, SEEK_END):
        return 'is empty, and cannot be read as an image'
    file.seek(0)
    if is_raw_photograph(file.read(HEAD)):
        return 'cannot be read: it is a raw photograph, save it as JPEG or PNG first'
    return f'cannot be read as an image ({NAMES})'


def _decoded_by_opencv(content: bytes, image: Image.Image) -> np.ndarray | None:
    """A JPEG or PNG of which nothing is unusual, faster; BGR, not turned."""
    usual = image.mode in ('RGB', 'L') and not image.has_transparency_data
    if not usual or image.format not in ('JPEG', 'MPO', 'PNG'):
        return None
    pixels = jpegs.decoded(content)
    if pixels is not None and image.format != 'PNG' and jpegs.lacks_data(content, pixels):
        raise ImageError(DAMAGED, 'is damaged or cut off (JPEG)')
    return pixels


def _decoded_by_pillow(image: Image.Image) -> np.ndarray:
    try:
        prepare_planes(image)
        image.load()
    except MemoryError:
        raise
    except Exception:
        raise ImageError(DAMAGED, f'is damaged or cut off ({image.format})') from None
    try:
        return cv2.cvtColor(np.asarray(to_rgb(image)), cv2.COLOR_RGB2BGR)
    except ValueError as error:
        raise ImageError(DAMAGED, f'cannot be used: {error}') from None


@contextmanager
def _without_pillows_limit() -> Iterator[None]:
    """Let Pillow open what is large: ours is asked instead, and its own has no way to be passed."""
    with _PILLOW_LIMIT:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
