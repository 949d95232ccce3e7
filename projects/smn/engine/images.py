"""One image, from whatever form it has."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from mmengine.fileio import get
from PIL import Image

from projects.smn.errors import UserError
from projects.smn.reading import ImageError, decode_image


def read_image(image: str | Path | np.ndarray | Image.Image) -> np.ndarray:
    """A BGR image (H, W, 3), uint8, upright as its EXIF data say.

    Args:
        image: A path, an address (``http://`` or ``https://``), a PIL image, or an array of uint8:
            BGR (H, W, 3), which goes through, or grey (H, W).

    Raises:
        UserError: If it is missing, or no image.
    """
    if isinstance(image, np.ndarray):
        return _of_array(image)
    if isinstance(image, Image.Image):
        return _of_pil(image)
    if not isinstance(image, (str, Path)):
        given = ' '.join(f'{image!r:.60}'.split())
        raise UserError(f'an image is a path, an address, an array or a PIL image, not {given}')
    try:
        return decode_image(get(str(image)))  # fetches addresses too
    except FileNotFoundError:
        raise UserError(f'there is no image {image}') from None
    except ImageError as error:
        raise UserError(f'{image} {error}') from None
    except (OSError, ValueError) as error:  # of an address, for one
        why = getattr(error, 'strerror', None)
        what = f'cannot be read: {why}' if isinstance(why, str) else 'cannot be read as an image'
        raise UserError(f'{image} {what}') from None


def _of_array(array: np.ndarray) -> np.ndarray:
    grey = array.ndim == 2
    if array.dtype != np.uint8 or not array.size or not (grey or array.shape[2:] == (3,)):
        raise UserError(
            'an array must be of uint8, (H, W, 3) in the order blue, green, red, or (H, W), not '
            f'{array.dtype} {array.shape}'
        )
    return cv2.cvtColor(array, cv2.COLOR_GRAY2BGR) if grey else array


def _of_pil(image: Image.Image) -> np.ndarray:
    if not all(image.size):
        width, height = image.size
        raise UserError(f'the PIL image has {width} x {height} pixels: there must be some')
    try:
        return decode_image(image)
    except ImageError as error:
        raise UserError(f'the PIL image {error}') from None
