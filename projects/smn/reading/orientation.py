"""Which way up a picture is, as EXIF says.

Cameras store what the sensor saw and a number from 1 to 8, CIPA DC-008 (Exif 2.32), tag 0x0112.
"""

from __future__ import annotations

import struct
from contextlib import suppress

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
MIRRORS = dict(horizontal=np.s_[:, ::-1], vertical=np.s_[::-1], diagonal=np.s_[::-1, ::-1])


def orientation_of(image: Image.Image) -> int:
    """The number of an opened image; 1 where it has none, or a damaged one.

    As browsers and OpenCV do, and unlike Pillow itself, XMP is not asked: labels are drawn on what
    those show. Of a TIFF and of HEIC there is nothing left to do, Pillow has turned them.
    """
    exif = Image.Exif()
    with suppress(OSError, EOFError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        exif.load(image.info.get('exif') or b'')
    value = exif.get(ORIENTATION, 1)
    return value if value in MOVES else 1


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """(width, height) of the upright picture, from those of the stored one."""
    return (height, width) if orientation >= SWAPS_SIDES else (width, height)


def as_stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The inverse of :func:`turned_upright`."""
    return turned_upright(pixels, {6: 8, 8: 6}.get(orientation, orientation))


def turned_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The upright picture from the stored one, (H, W) or (H, W, C); contiguous."""
    transposed, mirror = MOVES[orientation]
    if transposed:
        pixels = pixels.swapaxes(0, 1)
    if mirror:
        pixels = pixels[MIRRORS[mirror]]
    return np.ascontiguousarray(pixels)
