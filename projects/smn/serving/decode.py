"""Uploads as pictures, or as a problem with its status."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from projects.smn import reading

from .problems import ProblemError

STATUS = {'unreadable': 415, 'damaged': 422, 'several': 422, 'too large': 413}
# Beyond this, resizing for the network would leave a side of no pixel.
MIN_SIDE = 16
MAX_ASPECT = 20


class Upload(NamedTuple):
    """A file that is worth decoding.

    Attributes:
        content: Of the file.
        size: (width, height) of the stored picture, in pixels.
    """

    content: bytes
    size: tuple[int, int]


def open_image(content: bytes, max_pixels: int) -> Upload:
    """Read the header of an image and decide whether to decode it; cheap.

    Raises:
        ProblemError: If it is no image, has too many pixels or too few, or several pictures.
    """
    try:
        width, height = reading.open_image(content, max_pixels).size
    except reading.ImageError as error:
        raise _problem(error) from None
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_ASPECT * min(width, height):
        raise ProblemError(
            422,
            f'an image of {width} x {height} pixels is too small or too narrow: each side needs '
            f'{MIN_SIDE} pixels or more, and a {MAX_ASPECT}th of the other',
        )
    return Upload(content, (width, height))


def decode_image(upload: Upload) -> np.ndarray:
    """The picture, as training and ``tools/predict.py`` see it: BGR, (H, W, 3), uint8.

    Raises:
        ProblemError: If it is damaged, or of numbers that are no colours.
    """
    try:
        return reading.decode_image(upload.content)
    except reading.ImageError as error:
        raise _problem(error) from None


def _problem(error: reading.ImageError) -> ProblemError:
    return ProblemError(STATUS[error.fault], f'the image {error}')
