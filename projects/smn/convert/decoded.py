"""Image files decoded to the end: whether they are whole, and whether all readers see the same.

An image is readable when Pillow decodes all of it; what its header says does not count.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import Image

from projects.smn.tasks.semantic import FAULTS

EXIF_ORIENTATION = 0x0112
COMMON_FORMATS = ('JPEG', 'MPO', 'PNG', 'BMP')  # MPO is a JPEG with a second picture after it

Read = TypeVar('Read')


class ImageSize(NamedTuple):
    """Width and height as OpenCV reads the image, and whether EXIF turns or mirrors it."""

    width: int
    height: int
    turned: bool


class Decoded(NamedTuple):
    """The size of an image as it is stored, without EXIF turning it.

    Attributes:
        width, height: in pixels.
        kind: the format, with what is unusual: ``'JPEG'``, ``'PNG with alpha'``, ``'GIF'``.
        pixels: RGB to be written instead of the file, because readers differ in how they show it;
            None where a copy of the file will do.
    """

    width: int
    height: int
    kind: str
    pixels: Image.Image | None


def read_image(path: Path, read: Callable[[Image.Image], Read]) -> Read | None:
    """What ``read`` finds in an image file, of several pictures the first; None if damaged."""
    try:
        with Image.open(path) as image:
            image.load()
            return read(image)
    except FAULTS:
        return None


def image_size(path: Path) -> ImageSize | None:
    """The size of an image file with EXIF applied; None when it cannot be decoded to the end."""
    return read_image(path, _size)


def decode(path: Path) -> Decoded | None:
    """Decode a whole image file; None when it is damaged."""
    return read_image(path, _decode)


def _size(image: Image.Image) -> ImageSize:
    orientation = _orientation(image)
    # Four of them swap the sides.
    width, height = image.size if orientation < 5 else image.size[::-1]
    return ImageSize(width, height, orientation > 1)


def _decode(image: Image.Image) -> Decoded:
    oddity = _oddity(image)
    kind = f'{image.format} {oddity}' if oddity else image.format
    usual = not oddity and image.format in COMMON_FORMATS
    return Decoded(*image.size, kind, None if usual else _rgb(image))


def _orientation(image: Image.Image) -> int:
    """From 1, which turns nothing, to 8. Pillow's own way reads XMP too, which OpenCV does not.

    A TIFF has no such block, and Pillow has turned it while loading.
    """
    exif = Image.Exif()
    with suppress(*FAULTS, struct.error):  # a damaged block turns nothing
        exif.load(image.info.get('exif', b''))
    value = exif.get(EXIF_ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def _oddity(image: Image.Image) -> str | None:
    if _orientation(image) > 1:
        return 'turned by EXIF'
    if image.format == 'GIF':  # has a palette and may be transparent, and everybody knows
        return None
    if image.mode == 'P':
        return 'with a palette'
    if image.has_transparency_data:
        return 'with alpha'
    return None if image.mode in ('RGB', 'L') else f'in {image.mode}'


def _rgb(image: Image.Image) -> Image.Image:
    """The stored pixels, on white where they are transparent: what hides there may be anything."""
    if image.mode.startswith('I;16'):  # Pillow cuts at 255, OpenCV divides
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert('RGB')
    if not image.has_transparency_data:
        return image.convert('RGB')
    picture = image.convert('RGBA')
    white = Image.new('RGBA', picture.size, 'white')
    return Image.alpha_composite(white, picture).convert('RGB')
