"""Bytes from anywhere to a picture, or a sentence that says why not."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from .problems import ProblemError

FORMATS = ('JPEG', 'PNG', 'WEBP', 'BMP', 'TIFF', 'GIF')
NAMES = 'JPEG, PNG, WebP, BMP, TIFF or GIF'
# Beyond this, resizing for the network would leave a side of no pixel.
MIN_SIDE = 16
MAX_ASPECT = 20


def open_image(content: bytes, max_pixels: int) -> Image.Image:
    """Read the header of an image and decide whether to decode it; cheap.

    Raises:
        ProblemError: If it is no image, has too many pixels or too few, or several pictures.
    """
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        # Some phones write MPO: a JPEG with a second picture behind it.
        several = image.format != 'MPO' and getattr(image, 'is_animated', False)
    except Image.DecompressionBombError:
        raise _too_large(max_pixels) from None
    except MemoryError:
        raise
    except Exception:  # Pillow may stumble anywhere over a file that is damaged
        raise ProblemError(415, f'it is no image that can be read: send a {NAMES}') from None
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(max_pixels, f'{width} x {height} pixels are')
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_ASPECT * min(width, height):
        raise ProblemError(
            422,
            f'an image of {width} x {height} pixels is too small or too narrow: each side needs '
            f'{MIN_SIDE} pixels or more, and a {MAX_ASPECT}th of the other',
        )
    if several:
        raise ProblemError(422, f'the {image.format} has several pictures: send one')
    return image


def decode_image(image: Image.Image) -> np.ndarray:
    """The upright picture as people see it; the image is closed.

    EXIF orientation is applied. CMYK and grey become colours; of 16 bits the upper 8 are taken;
    what is transparent becomes white.

    Returns:
        BGR, (H, W, 3), uint8.

    Raises:
        ProblemError: If it is damaged, or of numbers that are no colours.
    """
    try:
        image.load()
        upright = _rgb(ImageOps.exif_transpose(image))
    except (ProblemError, MemoryError):
        raise
    except Exception:
        raise ProblemError(422, f'the {image.format} is damaged or cut off') from None
    finally:
        image.close()  # the decoded pixels too, where the caller keeps the object
    return np.ascontiguousarray(np.asarray(upright)[..., ::-1])


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ('I', 'F'):
        raise ProblemError(422, 'its pixels are 32-bit numbers: send 8 or 16 bits per channel')
    if image.mode.startswith('I;16'):  # Pillow's own conversion cuts at 255
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert('RGB')
    if not image.has_transparency_data:
        return image.convert('RGB')
    picture = image.convert('RGBA')
    white = Image.new('RGBA', picture.size, 'white')
    return Image.alpha_composite(white, picture).convert('RGB')


def _too_large(max_pixels: int, size: str = 'these are') -> ProblemError:
    return ProblemError(413, f'{size} too many: at most {max_pixels / 1e6:g} megapixels')
