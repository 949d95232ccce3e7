"""Image files decoded to the end: whether they are whole, and whether all readers see the same."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image

from projects.smn.convert.images import EXIF_ORIENTATION

# What Pillow raises for files that are damaged in one way or another.
FAULTS = (OSError, EOFError, SyntaxError, ValueError, Image.DecompressionBombError)
COMMON_FORMATS = ('JPEG', 'MPO', 'PNG', 'BMP')  # MPO is a JPEG with a second picture after it


class Decoded(NamedTuple):
    """The size of an image as it is stored, without EXIF turning it.

    Attributes:
        width, height: in pixels.
        kind: the format, with what is unusual: ``'JPEG'``, ``'PNG with alpha'``, ``'GIF'``.
        pixels: RGB to be written instead of the file, because readers differ in how they show it;
            None where a copy of the file will do.
    """

    width: int
    height: int
    kind: str
    pixels: Image.Image | None


def decode(path: Path) -> Decoded | None:
    """Decode a whole image file, of several pictures the first; None when it is damaged."""
    try:
        with Image.open(path) as image:
            image.load()
            oddity = _oddity(image)
            kind = f'{image.format} {oddity}' if oddity else image.format
            usual = not oddity and image.format in COMMON_FORMATS
            return Decoded(*image.size, kind, None if usual else _rgb(image))
    except FAULTS:
        return None


def _oddity(image: Image.Image) -> str | None:
    if image.getexif().get(EXIF_ORIENTATION, 1) in range(2, 9):
        return 'turned by EXIF'
    if image.format == 'GIF':  # has a palette and may be transparent, and everybody knows
        return None
    if image.mode == 'P':
        return 'with a palette'
    if image.has_transparency_data:
        return 'with alpha'
    return None if image.mode in ('RGB', 'L') else f'in {image.mode}'


def _rgb(image: Image.Image) -> Image.Image:
    """The stored pixels, on white where they are transparent: what hides there may be anything."""
    if not image.has_transparency_data:
        return image.convert('RGB')
    picture = image.convert('RGBA')
    white = Image.new('RGBA', picture.size, 'white')
    return Image.alpha_composite(white, picture).convert('RGB')
