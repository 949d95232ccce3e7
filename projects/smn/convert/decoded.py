"""Image files decoded to the end: whether they are whole, and whether other readers see the same.

An image is readable when all of it can be decoded; what its header says does not count.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image

from projects.smn.reading import ImageError, Picture, open_image, read_picture
from projects.smn.reading.orientation import as_stored, upright_size

COMMON_FORMATS = ('JPEG', 'MPO', 'PNG', 'BMP')  # MPO is a JPEG with a second picture after it


class ImageSize(NamedTuple):
    """Width and height of the upright picture, and EXIF's number of how it is stored."""

    width: int
    height: int
    orientation: int

    @property
    def stored(self) -> tuple[int, int]:
        """(width, height) of the picture before EXIF turns it."""
        return upright_size(*self)  # twice is the same as not at all


class Decoded(NamedTuple):
    """An image file as it is needed.

    Attributes:
        width, height: Of the picture that was asked for, in pixels.
        kind: The format, with what is unusual: ``'JPEG'``, ``'PNG with alpha'``, ``'GIF'``.
        pixels: RGB to be written instead of the file, because readers differ in how they show it;
            None where a copy of the file will do.
        orientation: EXIF's number.
    """

    width: int
    height: int
    kind: str
    pixels: Image.Image | None
    orientation: int = 1


def image_size(path: Path) -> ImageSize:
    """The size of an image file.

    Raises:
        ImageError: It is missing, or cannot be decoded to the end.
    """
    picture = _picture(path)[0]
    height, width = picture.pixels.shape[:2]
    return ImageSize(width, height, picture.orientation)


def decode(path: Path, stored: bool = False) -> Decoded:
    """Decode a whole image file.

    Args:
        path: Of the file.
        stored: Whether what belongs to it, such as a mask, lies on the picture before EXIF turns
            it; else on the upright one.

    Raises:
        ImageError: It is missing, or cannot be decoded to the end.
    """
    picture, image = _picture(path)
    pixels, turned = picture.pixels, picture.orientation > 1
    if stored:
        pixels = as_stored(pixels, picture.orientation)
    oddity = 'turned by EXIF' if turned and stored else _oddity(image)
    kind = f'{image.format} {oddity}' if oddity else image.format
    usual = not oddity and image.format in COMMON_FORMATS
    anew = None if usual else Image.fromarray(pixels[..., ::-1])
    return Decoded(*pixels.shape[1::-1], kind, anew, picture.orientation)


def _picture(path: Path) -> tuple[Picture, Image.Image]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImageError('unreadable', f'cannot be read: {error.strerror or error}') from None
    return read_picture(content), open_image(content)


def _oddity(image: Image.Image) -> str | None:
    if image.format == 'GIF':  # has a palette and may be transparent, and everybody knows
        return None
    if image.mode == 'P':
        return 'with a palette'
    if image.has_transparency_data:
        return 'with alpha'
    return None if image.mode in ('RGB', 'L') else f'in {image.mode}'
