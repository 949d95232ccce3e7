"""One image, from whatever form it has."""

from __future__ import annotations

from pathlib import Path

import cv2
import mmcv
import numpy as np
from PIL import Image, ImageOps

from projects.smn.errors import UserError


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
        array = mmcv.imread(str(image))  # fetches addresses too
    except FileNotFoundError:
        raise UserError(f'there is no image {image}') from None
    except (OSError, ValueError, cv2.error):  # of an empty file, or an address, for one
        array = None
    if array is None:
        raise UserError(f'{image} cannot be read as an image')
    return array


def _of_array(array: np.ndarray) -> np.ndarray:
    grey = array.ndim == 2
    if array.dtype != np.uint8 or not array.size or not (grey or array.shape[2:] == (3,)):
        raise UserError(
            'an array must be of uint8, (H, W, 3) in the order blue, green, red, or (H, W), not '
            f'{array.dtype} {array.shape}'
        )
    return cv2.cvtColor(array, cv2.COLOR_GRAY2BGR) if grey else array


def _of_pil(image: Image.Image) -> np.ndarray:
    if image.mode in ('I', 'F') or not all(image.size):
        width, height = image.size
        raise UserError(
            f'the PIL image has {width} x {height} pixels of mode {image.mode!r}: there must be '
            'some, and of 8 or 16 bits, not of 32'
        )
    try:
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith('I;16'):  # Pillow's own conversion cuts at 255
            upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
        upright = upright.convert('RGB')
    except (OSError, ValueError, SyntaxError) as error:  # a file that PIL has opened, but not read
        raise UserError(f'the PIL image cannot be read: {error}') from None
    return np.ascontiguousarray(np.asarray(upright)[..., ::-1])
