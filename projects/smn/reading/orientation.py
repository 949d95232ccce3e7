"""Which way up a picture is, as EXIF says.

Cameras store what the sensor saw and a number from 1 to 8, CIPA DC-008 (Exif 2.32), tag 0x0112.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

ORIENTATION = 0x0112
DRAWN = ('upright', 'stored')
"""On which picture labels may lie."""
SWAPS_SIDES = 5  # this one and the later ones
# The numbers as moves from the stored picture to the upright one: whether x and y change places
# first, and along which axes it is mirrored then.
MOVES: dict[int, tuple[bool, str | None]] = {
    1: (False, None),
    2: (False, 'horizontal'),
    3: (False, 'diagonal'),
    4: (False, 'vertical'),
    5: (True, None),
    6: (True, 'horizontal'),
    7: (True, 'diagonal'),
    8: (True, 'vertical'),
}
MIRRORS = dict(horizontal=1, vertical=0, diagonal=-1)  # OpenCV's numbers of them
# A PNG's first chunk lies behind these bytes; of a chunk, 8 bytes are before its data and 4 behind.
PNG_SIGNATURE, BEFORE, BEHIND = 8, 8, 4


def orientation_of(image: Image.Image) -> int:
    """The number of an opened image; 1 where it has none, or a damaged one.

    As browsers and OpenCV do, and unlike Pillow itself, XMP is not asked: labels are drawn on what
    those show. Of a TIFF and of HEIC there is nothing left to do, Pillow has turned them.
    """
    block = image.info.get('exif')
    if block is None and image.format == 'PNG':
        block = _of_png(image)
    exif = Image.Exif()
    with suppress(OSError, EOFError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        exif.load(block or b'')
    value = exif.get(ORIENTATION, 1)
    return value if value in MOVES else 1


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """(width, height) of the upright picture, from those of the stored one."""
    return (height, width) if orientation >= SWAPS_SIDES else (width, height)


def as_stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The inverse of :func:`turned_upright`."""
    return turned_upright(pixels, {6: 8, 8: 6}.get(orientation, orientation))


def turned_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The upright picture from the stored one, (H, W) or (H, W, 3), uint8; contiguous."""
    transposed, mirror = MOVES[orientation]
    if transposed:  # by OpenCV, which takes a quarter of NumPy's time
        pixels = cv2.transpose(pixels)
    if mirror:
        pixels = cv2.flip(pixels, MIRRORS[mirror])
    return np.ascontiguousarray(pixels)


def _of_png(image: Image.Image) -> bytes | None:
    """EXIF's block of a PNG that is not loaded: it may lie behind the pixels."""
    file = getattr(image, 'fp', None)
    if file is None:
        return None
    before, place = file.tell(), PNG_SIGNATURE
    try:
        while len(head := _at(file, place, BEFORE)) == BEFORE:
            length, kind = struct.unpack('>I4s', head)
            if kind == b'eXIf':
                return file.read(length)
            if kind == b'IEND':
                return None
            place += BEFORE + length + BEHIND
        return None
    finally:
        file.seek(before)


def _at(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)
