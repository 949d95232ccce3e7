"""Images from whatever a user names: files, folders, patterns, videos."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmcv import VideoReader

from projects.smn.errors import UserError

from .predictor import read_image

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp')
VIDEO_SUFFIXES = ('.mp4', '.avi', '.mov', '.mkv', '.webm')


@dataclass
class Frame:
    """One image to predict.

    Args:
        name: The path of the image, or of the video.
        stem: A name for the picture that is drawn; unique in a run.
        image: BGR, (H, W, 3), uint8.
        index: The number of the frame in a video, from 0; ``None`` for an image.
    """

    name: str
    stem: str
    image: np.ndarray
    index: int | None = None


class Frames:
    """All frames of some inputs, read one at a time.

    Args:
        inputs: Paths of images, videos and folders, and glob patterns. A folder stands for the
            images and videos in it, not in its subfolders.

    Raises:
        UserError: If an input names nothing that can be read.
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        self.paths = [path for name in inputs for path in _find(name)]
        self.videos = {path: _open_video(path) for path in self.paths if _is_video(path)}

    def __len__(self) -> int:
        return sum(len(self.videos[p]) if p in self.videos else 1 for p in self.paths)

    def __iter__(self) -> Iterator[Frame]:
        taken: set[str] = set()
        for path in self.paths:
            if path not in self.videos:
                yield Frame(str(path), _unique(path.stem, taken), read_image(path))
                continue
            index = -1
            for index, image in enumerate(self.videos[path]):
                yield Frame(str(path), _unique(f'{path.stem}_{index:06d}', taken), image, index)
            if (count := index + 1) < len(self.videos[path]):
                print(
                    f'{path}: only the first {count} of {len(self.videos[path])} frames can be '
                    'decoded',
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


def _find(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
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


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES


def _open_video(path: Path) -> VideoReader:
    video = VideoReader(str(path))
    if not video.opened or not len(video):
        raise UserError(f'{path} cannot be read as a video')
    return video
