"""Files that hold several pictures: which one is meant."""

from __future__ import annotations

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from .tiff import ORIENTATION, orient

# TIFF's tag NewSubfileType, and its bit for a smaller version of another picture in the file.
SUBFILE_TYPE, IS_REDUCED = 254, 1
# The older tag SubfileType, and its value for the same.
OLD_SUBFILE_TYPE, OLD_REDUCED = 255, 2
SUB_IFDS = 330


class SeveralError(ValueError):
    """A file has several pictures, and nothing says which one is meant."""


def the_picture(image: Image.Image) -> Image.Image:
    """The one picture of an opened file, without decoding it.

    A thumbnail is never taken for it, before or behind it, or where the picture itself lies in a
    place of its own (``SubIFDs``), as in raw photographs. Of the two of an MPO, as some phones
    write, the first is taken, and of several in a HEIC the one that it calls its primary one.

    Raises:
        SeveralError: If an animation, or a TIFF of several pages.
        ValueError: If there is a thumbnail alone that can be read.
    """
    if image.format in ('MPO', 'HEIF'):  # it is at the one to take
        return image
    if image.format == 'TIFF':
        return _page(image)
    if getattr(image, 'is_animated', False):
        raise SeveralError(f'the {image.format} has several pictures: one is needed')
    return image


def _page(image: Image.Image) -> Image.Image:
    pages = getattr(image, 'n_frames', 1)
    whole = [page for page in range(pages) if not _is_reduced(_turned_to(image, page))]
    if len(whole) > 1:
        raise SeveralError(f'the TIFF has several pictures, {len(whole)} pages: one is needed')
    if whole:
        image.seek(whole[0])
        return image
    image.seek(0)
    return _below(image)


def _turned_to(image: Image.Image, page: int) -> Image.Image:
    image.seek(page)
    return image


def _is_reduced(image: Image.Image) -> bool:
    tags = image.tag_v2
    return bool(tags.get(SUBFILE_TYPE, 0) & IS_REDUCED) or tags.get(OLD_SUBFILE_TYPE) == OLD_REDUCED


def _below(image: Image.Image) -> Image.Image:
    """The largest picture of the SubIFDs that is no thumbnail.

    Which way up it is, the directory above may say, and does in a DNG.
    """
    offsets, found = image.tag_v2.get(SUB_IFDS, ()), []
    for offset in offsets if isinstance(offsets, tuple) else (offsets,):
        # Not `get_child_images`: it decodes all of them, in any format that Pillow knows, of which
        # some run other programs.
        image.fp.seek(0)
        child = TiffImageFile(image.fp)
        child._frame_pos = [offset]
        readable = True
        try:
            child._seek(0)
        except (SyntaxError, KeyError, TypeError):  # the numbers of a sensor, for one
            readable = False
        if not _is_reduced(child):
            found.append((child, readable))
    if not found or not all(readable for _, readable in found):
        raise ValueError(
            'only its thumbnail can be read, as of a raw photograph: save it as JPEG or PNG first'
        )
    largest = max((child for child, _ in found), key=lambda child: child.width * child.height)
    orient(largest, image.tag_v2.get(ORIENTATION, 1))
    return largest
