"""What the numbers of an image look like: every mode of Pillow to colours of 8 bits."""

from __future__ import annotations

import numpy as np
from PIL import Image

# TIFF's tag PhotometricInterpretation, and its value where 0 is white.
PHOTOMETRIC, WHITE_IS_ZERO = 262, 0


def to_rgb(image: Image.Image) -> Image.Image:
    """A loaded image as people see it, of mode RGB, not turned.

    Grey, palettes, one bit and CMYK become colours; of 16 bits the upper 8 are taken; what is
    transparent becomes white, as what hides there may be anything.

    Raises:
        ValueError: If its numbers are of 32 bits, or no colours.
    """
    if image.mode in ('I', 'F'):
        raise ValueError('its pixels are 32-bit numbers: 8 or 16 bits per channel are colours')
    if image.mode.startswith('I;16'):  # Pillow's own conversion cuts at 255
        return _of_16_bits(image).convert('RGB')
    if not image.has_transparency_data:
        return image.convert('RGB')
    picture = image.convert('RGBA')
    white = Image.new('RGBA', picture.size, 'white')
    return Image.alpha_composite(white, picture).convert('RGB')


def _of_16_bits(image: Image.Image) -> Image.Image:
    values = (np.asarray(image) >> 8).astype(np.uint8)
    # Pillow heeds it for 1 and for 8 bits.
    tags = getattr(image, 'tag_v2', {})
    return Image.fromarray(255 - values if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else values)
