"""The files that an annotation file names: where they are, and which way up they were labelled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from mmengine.fileio import get

from projects.smn.errors import UserError
from projects.smn.files import inside
from projects.smn.reading import ImageError, ImageHeader, header_of, image_header
from projects.smn.reading.file_names import spellings
from projects.smn.reading.orientation import DRAWN, SWAPS_SIDES

from .remarks import Remarks

OTHER_SPELLING = 'images found under another spelling of their name'
TURNED = (
    'images that EXIF turns or mirrors without changing their size, taken as labelled upright '
    "(or say drawn='stored')"
)


def path_inside(folder: str, name: str, where: str) -> str:
    """The path of a file that an annotation file names; it may have been made by anybody.

    Raises:
        UserError: If it lies outside of the folder; ``where`` begins the sentence.
    """
    try:
        inside(folder, name)
    except UserError as error:
        raise UserError(f'{where}: {error}') from None
    return os.path.join(folder, name)  # not as a Path, which is none of a URL


def find_file(folder: str, name: str, where: str) -> str:
    """As :func:`path_inside`; where no such file is there, one of another spelling if there is."""
    path = path_inside(folder, name, where)
    if os.path.isfile(path):
        return path
    for other in spellings(name):
        if os.path.isfile(os.path.join(folder, other)):
            return path_inside(folder, other, where)
    return path


class Orientations:
    """Whether labels lie on the upright picture or on the stored one.

    Some tools show a photograph as EXIF turns it, some as it is stored. Where the two differ in
    size, the size that the file gives decides, or ``drawn`` does.

    Args:
        path: Of the annotation file, for messages.
        drawn: ``'upright'``, ``'stored'``, or None where nobody has said it.
        remarks: Gets what is taken for granted.
        backend_args: Of the images' file backend; None for files on disk.
    """

    def __init__(
        self,
        path: str,
        drawn: str | None,
        remarks: Remarks,
        backend_args: dict | None = None,
    ) -> None:
        if drawn not in (None, *DRAWN):
            raise UserError(f"drawn must be 'upright' or 'stored', not {drawn!r}")
        self.path, self.drawn, self.remarks = path, drawn, remarks
        self.backend_args = backend_args

    def settle(self, image: dict[str, Any], path: str) -> str | None:
        """Bring the size of an image's record to what its labels lie on.

        Args:
            image: Its record; its own ``drawn`` counts for more than that of the data set.
            path: Of its file.

        Returns:
            ``'stored'`` where labels must be turned when they are loaded; else None.

        Raises:
            UserError: If the record is of another size than the file.
        """
        drawn = image.get('drawn', self.drawn)
        if drawn not in (None, *DRAWN):
            raise self._error(image, f"`drawn` must be 'upright' or 'stored', not {drawn!r:.40}")
        header = None
        # Of a backend, only where it must be: what it gives may come from far.
        if self.backend_args is None or drawn == 'upright':
            header = self._header(image, path)
        if header is None:
            return drawn if drawn == 'stored' else None
        return self._settle(image, drawn, header)

    def _settle(self, image: dict[str, Any], drawn: str | None, header: ImageHeader) -> str | None:
        said, stored = (image['width'], image['height']), (header.width, header.height)
        name = image['file_name']
        if drawn is None and header.orientation >= SWAPS_SIDES and said == stored != header.upright:
            raise self._error(image, swapped(name, said))
        if drawn == 'upright' and said == stored:
            image['width'], image['height'] = said = header.upright
        if drawn == 'stored' and said == header.upright != stored:
            return None  # a size cannot be wrong by accident in just this way
        found = stored if drawn == 'stored' else header.upright
        if said != found:
            raise self._error(image, other_size(name, found, said))
        if drawn is None and header.orientation > 1 and stored == header.upright:
            self.remarks.add(TURNED, name)
        return 'stored' if drawn == 'stored' and header.orientation > 1 else None

    def _header(self, image: Mapping[str, Any], path: str) -> ImageHeader | None:
        try:
            if self.backend_args is None:
                return image_header(path)
            return header_of(bytes(get(path, self.backend_args)))
        except ImageError as error:
            raise self._error(image, f'{path} {error}') from None
        except OSError:
            return None  # that it is missing is said of all together

    def _error(self, image: Mapping[str, Any], what: str) -> UserError:
        return UserError(f'{self.path}: image {image["id"]!r}: {what}')


def swapped(name: str, said: tuple[int, int]) -> str:
    """That nobody knows on which of two pictures labels lie: a sentence."""
    width, height = said
    return (
        f'{name} is stored with {width} x {height} pixels, as its record says, and EXIF turns it '
        f"to {height} x {width}: say drawn='upright' if its labels lie on the picture as people "
        "see it, drawn='stored' if on the one that is stored"
    )


def other_size(name: str, found: tuple[int, int], said: tuple[int, int]) -> str:
    """That labels lie on a picture of another size: a sentence."""
    return (
        f'{name} has {found[0]} x {found[1]} pixels, its annotation says {said[0]} x {said[1]}: '
        'was it resized, or turned by its EXIF orientation?'
    )
