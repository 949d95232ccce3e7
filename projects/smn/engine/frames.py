"""Images from whatever a user names: files, folders, patterns, videos."""

from __future__ import annotations

import glob
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
        taken: dict[str, int] = {}
        for path in self.paths:
            taken[path.stem] = taken.get(path.stem, 0) + 1
            # The same name in two folders: the second picture must not replace the first.
            stem = path.stem if taken[path.stem] == 1 else f'{path.stem}_{taken[path.stem]}'
            if path not in self.videos:
                yield Frame(str(path), stem, read_image(path))
                continue
            for index, image in enumerate(self.videos[path]):
                if image is not None:  # OpenCV counts frames that it then cannot decode
                    yield Frame(str(path), f'{stem}_{index:06d}', image, index)


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
    found = sorted(Path(match) for match in glob.glob(name, recursive=True))
    if not found:
        raise UserError(f'there is no image, folder or video {name}')
    return [path for path in found if path.is_file()]


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in VIDEO_SUFFIXES


def _open_video(path: Path) -> VideoReader:
    video = VideoReader(str(path))
    if not video.opened or not len(video):
        raise UserError(f'{path} cannot be read as a video')
    return video
