"""Whatever comes from outside, read in one place: images, annotation files, the values in them."""

from .images import (
    MAX_PIXELS,
    ImageError,
    ImageHeader,
    Picture,
    decode_image,
    header_of,
    image_header,
    open_image,
    read_picture,
)
from .maps import read_map
from .pixels import to_rgb

__all__ = [
    'MAX_PIXELS',
    'ImageError',
    'ImageHeader',
    'Picture',
    'decode_image',
    'header_of',
    'image_header',
    'open_image',
    'read_map',
    'read_picture',
    'to_rgb',
]
