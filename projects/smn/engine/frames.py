"""Images from whatever a user names: files, folders, patterns, videos, arrays."""

from __future__ import annotations

import glob
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from projects.smn.errors import UserError
from projects.smn.reading.signatures import FILM, kind_of

from .images import read_image
from .videos import Video

# What claims to be a picture or a film by its name, and is refused where it is none.
SUFFIXES = (
    *('.jpg', '.jpeg', '.jfif', '.png', '.bmp', '.tif', '.tiff', '.webp', '.gif'),
    *('.heic', '.heif', '.avif', '.dng'),
    *('.mp4', '.m4v', '.avi', '.mov', '.mkv', '.webm', '.mpg', '.mpeg', '.wmv', '.m2ts'),
)
Refuse = Callable[[UserError], object]


@dataclass
class Frame:
    """One image to predict.

    Args:
        image: BGR, (H, W, 3), uint8.
        source: Where it can be read again: a path, an address or an array.
        name: The path of the image, or of the video; empty if it has none.
        stem: A name for the picture that is drawn; unique in a run.
        index: The number of the frame in a video, from 0; ``None`` for an image.
        rate: Frames of the video in a second, if it says so.
    """

    image: np.ndarray
    source: str | Path | np.ndarray
    name: str
    stem: str
    index: int | None = None
    rate: float | None = None


class Frames:
    """All frames of some inputs, read one at a time.

    Args:
        inputs: What :func:`.images.read_image` takes; videos; folders and glob patterns. A folder
            stands for the images and videos in it, not in its subfolders. What a file is, its
            content says, and not its name.
        refuse: Is told of every file that cannot be read, which is then passed over. Without it,
            the first of them ends the reading.

    Attributes:
        left_out: What the folders hold besides: files that are neither, and do not claim to be;
            their subfolders; links that lead nowhere.

    Raises:
        UserError: If an input names nothing, or, without ``refuse``, what cannot be read.
    """

    def __init__(self, inputs: Iterable[Any], refuse: Refuse | None = None) -> None:
        self._refuse = refuse
        self.left_out: list[Path] = []
        self._items: list[tuple[Any, Video | None]] = []
        for item in (item for given in inputs for item in _find(given, self.left_out)):
            with passing_over(refuse):
                self._items.append((item, Video(item) if _is_video(item) else None))

    def __len__(self) -> int:
        """How many; films are read once more for it."""
        return sum(1 if video is None else len(video) for _, video in self._items)

    @property
    def total(self) -> int | None:
        """How many, if that is known without reading them; a hint, as headers may be wrong."""
        counts = [1 if video is None else video.count for _, video in self._items]
        return None if None in counts else sum(counts)

    def __iter__(self) -> Iterator[Frame]:
        taken: set[str] = set()
        for item, video in self._items:
            if video is not None:
                yield from _frames_of(item, video, taken)
                continue
            image = None
            with passing_over(self._refuse):
                image = read_image(item)
            if image is None:
                continue
            name = str(item) if isinstance(item, (str, Path)) else ''
            source = image if isinstance(item, Image.Image) else item
            yield Frame(image, source, name, _unique(Path(name).stem or 'image', taken))


@contextmanager
def passing_over(refuse: Refuse | None) -> Iterator[None]:
    """Tell ``refuse``, if there is one, of what a user did wrong, and go on."""
    try:
        yield
    except UserError as error:
        if refuse is None:
            raise
        refuse(error)


def frames_of(images: Any) -> tuple[Iterable[Frame], bool]:
    """What a user may give, as frames; and whether that names one image.

    Args:
        images: An input of :class:`Frames`, or several in a list or an iterator, which is read
            as it goes.

    Raises:
        UserError: If it is something else, or names nothing.
    """
    if isinstance(images, Frames):
        return images, False
    if isinstance(images, (list, tuple)):
        return Frames(images), False
    # An array of another library is no iterator of images.
    several = isinstance(images, Iterable) and not hasattr(images, 'shape')
    if several and not isinstance(images, (str, bytes, bytearray, Mapping, Path, Image.Image)):
        return chain.from_iterable(Frames([image]) for image in images), False
    frames = Frames([images])
    return frames, not isinstance(images, (str, Path)) or _is_one(images)


def _frames_of(path: Path, video: Video, taken: set[str]) -> Iterator[Frame]:
    index = -1
    for index, image in enumerate(video):
        stem = _unique(f'{path.stem}_{index:06d}', taken)
        yield Frame(image, image, str(path), stem, index, video.rate)
    if (count := index + 1) < (video.count or 0):
        print(
            f'{path}: only the first {count} of {video.count} frames can be decoded',
            file=sys.stderr,
        )


def _unique(stem: str, taken: set[str]) -> str:
    """A name like ``stem``: pictures of one name, from two folders, must not replace each other."""
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f'{stem}_{number}'
    taken.add(name)
    return name


def _find(given: Any, left_out: list[Path]) -> list[Any]:
    """The images and videos that an input names; ``left_out`` gets what a folder holds besides."""
    if isinstance(given, Image.Image) or _is_address(given):
        return [given]
    if not isinstance(given, (str, Path)):
        read_image(given)  # an array that is no image is refused before the first is predicted
        return [given]
    try:
        return _find_files(str(given), left_out)
    except UserError:
        raise
    except PermissionError as error:
        raise UserError(f'{given} cannot be read: {error.strerror}') from None
    except (OSError, ValueError):  # no name of a file: too long, for one
        raise UserError(f'{str(given)!r:.100} can be no name of a file') from None


def _find_files(name: str, left_out: list[Path]) -> list[Path]:
    path = Path(name)
    if name and path.is_dir():
        inside = sorted(p for p in path.iterdir() if not p.name.startswith('.'))
        found = [p for p in inside if p.is_file() and _is_meant(p)]
        known = set(found)
        left_out += [p for p in inside if p not in known]
        if not found:
            below = '; its subfolders are not read' if any(p.is_dir() for p in inside) else ''
            raise UserError(f'the folder {name} holds no image and no video{below}')
        return found
    if path.is_file():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(name, recursive=True))
    found = [path for path in matches if path.is_file()]
    if not found:
        raise UserError(f'there is no image, folder or video {name}')
    left_out += [path for path in matches if not path.exists()]
    return found


def _is_meant(path: Path) -> bool:
    """Whether a file of a folder is read, and refused if it cannot be."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        return kind_of(path) is not None
    except OSError:
        return True  # why it cannot be read is said when its turn comes


def _is_address(given: Any) -> bool:
    return isinstance(given, str) and given.startswith(('http://', 'https://'))


def _is_one(given: str | Path) -> bool:
    return _is_address(given) or (Path(given).is_file() and not _is_video(given))


def _is_video(item: Any) -> bool:
    if not isinstance(item, (str, Path)) or _is_address(item):
        return False
    try:
        return kind_of(item) == FILM
    except OSError:
        return False  # what cannot be read is said when its turn comes
