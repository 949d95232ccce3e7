"""What the numbers of an image look like: every mode of Pillow to colours of 8 bits."""

from __future__ import annotations

import numpy as np
from PIL import Image

# TIFF's tag PhotometricInterpretation, and its value where 0 is white.
PHOTOMETRIC, WHITE_IS_ZERO = 262, 0
BITS = 258  # TIFF's tag of them, for each channel


def to_rgb(image: Image.Image) -> Image.Image:
    """A loaded image as people see it, of mode RGB, not turned.

    Grey, palettes, one bit and CMYK become colours; of 12 or 16 bits the upper 8 are taken; what is
    transparent becomes white, as what hides there may be anything.

    Raises:
        ValueError: If its numbers are of 32 bits or have a sign, or are no colours.
    """
    # Of a PGM, Pillow stretches more than 8 bits to 16, and puts them into 32.
    if image.mode.startswith('I;16') or (image.mode == 'I' and image.format == 'PPM'):
        return _of_16_bits(image).convert('RGB')  # Pillow's own conversion cuts at 255
    if image.mode in ('I', 'F'):
        what = '16-bit numbers with a sign' if _bits(image) == 16 else '32-bit numbers'
        raise ValueError(f'its pixels are {what}: 8 or 16 bits per channel are colours')
    if not image.has_transparency_data:
        return image.convert('RGB')
    picture = image.convert('RGBA')
    white = Image.new('RGBA', picture.size, 'white')
    return Image.alpha_composite(white, picture).convert('RGB')


def _of_16_bits(image: Image.Image) -> Image.Image:
    values = (np.asarray(image) >> (_bits(image) or 16) - 8).astype(np.uint8)
    # Pillow heeds it for 1 and for 8 bits.
    tags = getattr(image, 'tag_v2', {})
    return Image.fromarray(255 - values if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else values)


def _bits(image: Image.Image) -> int | None:
    """Of a channel, as a TIFF says."""
    return getattr(image, 'tag_v2', {}).get(BITS, (None,))[0]
