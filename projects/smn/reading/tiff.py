"""What Pillow reads wrongly of TIFF, or not at all."""

from __future__ import annotations

import threading

from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import MM, OPEN_INFO, TiffImageFile

ORIENTATION, PLANAR, SEPARATE = 274, 284, 2
WHITE_IS_ZERO, UNSIGNED = 0, (1,)
_PILLOWS_CHOICE = threading.Lock()  # of its decoder is one for the whole process

# It knows this one for the other order of bytes.
OPEN_INFO.setdefault((MM, WHITE_IS_ZERO, UNSIGNED, 1, (16,), ()), ('I;16B', 'I;16B'))


def prepare_planes(image: Image.Image) -> None:
    """Let libtiff decode an opened TIFF that stores each colour in a plane of its own.

    Pillow's own decoder, which is for what is not compressed, makes noise of planes of 16 bits, and
    knows no planes but those of colours. What is loaded already, or of another format, stays.
    """
    if not isinstance(image, TiffImageFile) or not image.tile:
        return
    if image.tag_v2.get(PLANAR) != SEPARATE:
        return
    with _PILLOWS_CHOICE:
        before, TiffImagePlugin.READ_LIBTIFF = TiffImagePlugin.READ_LIBTIFF, True
        try:
            image._setup()
        finally:
            TiffImagePlugin.READ_LIBTIFF = before


def orient(image: TiffImageFile, orientation: int) -> None:
    """Say which way up an opened TIFF is that does not say it itself."""
    if ORIENTATION in image.tag_v2:
        return
    image.tag_v2[ORIENTATION] = orientation
    image.getexif()[ORIENTATION] = orientation  # by which its pixels are turned
    image._setup()  # by which its sides change places
