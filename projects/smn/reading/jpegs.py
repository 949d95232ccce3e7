"""JPEGs whose data end too early, though the file has its end: decoders fill up with grey."""

from __future__ import annotations

import re

import cv2
import numpy as np

GREY = 128  # a block of which nothing is known
# In the data of a scan FF 00 is a number, and FF D0 to FF D7 are places to start again.
MARKER = re.compile(rb'\xff+([^\x00\xd0-\xd7\xff])', re.DOTALL)
START, END, NO_LENGTH = 0xD8, 0xD9, 0x01
MORE_DATA = bytes(range(255))


def decoded(content: bytes) -> np.ndarray | None:
    """By OpenCV: BGR, (H, W, 3), uint8, not turned; None if it cannot be decoded."""
    buffer = np.frombuffer(content, np.uint8)
    return cv2.imdecode(buffer, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)


def lacks_data(content: bytes, pixels: np.ndarray) -> bool:
    """Whether the last part of a JPEG is filling, as of a file that was cut and closed again.

    libjpeg warns of it, but OpenCV and Pillow pass no warnings on. So, where the last corner is the
    grey of filling, more data are put before the end of the file: a whole picture has no
    place for them and does not change. Others cost one look at a pixel.

    Args:
        content: Of the file.
        pixels: What :func:`decoded` makes of it.
    """
    if (pixels[-1, -1] != GREY).any():
        return False
    end = _end(content)
    longer = decoded(content[:end] + MORE_DATA + content[end:])
    return longer is None or not np.array_equal(longer, pixels)


def _end(content: bytes) -> int:
    """Where the marker is that ends the first picture; others may lie behind it."""
    place = 0
    while found := MARKER.search(content, place):
        place, kind = found.end(), found[1][0]
        if kind == END:
            return found.start()
        if kind not in (START, NO_LENGTH):
            place += int.from_bytes(content[place : place + 2], 'big')
    return len(content)
