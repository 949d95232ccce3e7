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
from mmcv import VideoReader
from PIL import Image

from projects.smn.errors import UserError

from .images import read_image

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')
VIDEO_SUFFIXES = ('.mp4', '.avi', '.mov', '.mkv', '.webm')
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
            stands for the images and videos in it, not in its subfolders.
        refuse: Is told of every file that cannot be read, which is then passed over. Without it,
            the first of them ends the reading.

    Raises:
        UserError: If an input names nothing, or, without ``refuse``, what cannot be read.
    """

    def __init__(self, inputs: Iterable[Any], refuse: Refuse | None = None) -> None:
        self._refuse = refuse
        self._items: list[tuple[Any, VideoReader | None]] = []
        for item in (item for given in inputs for item in _find(given)):
            with passing_over(refuse):
                self._items.append((item, _open_video(item) if _is_video(item) else None))

    def __len__(self) -> int:
        return sum(1 if video is None else len(video) for _, video in self._items)

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


def _frames_of(path: Path, video: VideoReader, taken: set[str]) -> Iterator[Frame]:
    index = -1
    for index, image in enumerate(video):
        stem = _unique(f'{path.stem}_{index:06d}', taken)
        yield Frame(image, image, str(path), stem, index, video.fps or None)
    if (count := index + 1) < len(video):
        print(
            f'{path}: only the first {count} of {len(video)} frames can be decoded',
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


def _find(given: Any) -> list[Any]:
    """The images and videos that an input names."""
    if isinstance(given, Image.Image) or _is_address(given):
        return [given]
    if not isinstance(given, (str, Path)):
        read_image(given)  # an array that is no image is refused before the first is predicted
        return [given]
    try:
        return _find_files(str(given))
    except UserError:
        raise
    except (OSError, ValueError):  # no name of a file: too long, for one
        raise UserError(f'{str(given)!r:.100} can be no name of a file') from None


def _find_files(name: str) -> list[Path]:
    path = Path(name)
    if name and path.is_dir():
        known = IMAGE_SUFFIXES + VIDEO_SUFFIXES
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in known)
        if not found:
            raise UserError(f'the folder {name} holds no image and no video')
        return found
    if path.is_file():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(name, recursive=True))
    found = [path for path in matches if path.is_file()]
    if not found:
        raise UserError(f'there is no image, folder or video {name}')
    return found


def _is_address(given: Any) -> bool:
    return isinstance(given, str) and given.startswith(('http://', 'https://'))


def _is_one(given: str | Path) -> bool:
    return _is_address(given) or (Path(given).is_file() and not _is_video(given))


def _is_video(item: Any) -> bool:
    is_file = isinstance(item, (str, Path)) and not _is_address(item)
    return is_file and Path(item).suffix.lower() in VIDEO_SUFFIXES


def _open_video(path: Path) -> VideoReader:
    video = VideoReader(str(path))
    if not video.opened or not len(video):
        raise UserError(f'{path} cannot be read as a video')
    return video
