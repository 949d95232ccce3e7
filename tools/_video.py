"""Pictures of a video's frames, as a video."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from projects.smn.engine.frames import Frame


class DrawnVideos:
    """Writes one video after the other, MPEG-4, with the rate of frames of its source.

    A video appears under its name when its last frame is written; until then it ends in
    ``.part.mp4``.

    Args:
        folder: Where they go: ``<name of the source>.mp4``, with a number if that is taken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source: str | None = None
        self.path = Path()
        self.writer: cv2.VideoWriter | None = None
        self.written: list[Path] = []

    def add(self, frame: Frame, picture: Image.Image) -> None:
        """The next frame, RGB. One that is no frame of a video is passed over."""
        if frame.index is None:
            return
        if frame.index == 0 or frame.name != self.source:
            self.close()
            self._open(frame, picture.size)
        if self.writer.isOpened():
            self.writer.write(np.ascontiguousarray(np.asarray(picture)[..., ::-1]))

    def _open(self, frame: Frame, size: tuple[int, int]) -> None:
        stem, number = Path(frame.name).stem, 1
        while (path := self._named(stem, number)) in self.written:
            number += 1
        self.source, self.path = frame.name, path
        self.folder.mkdir(parents=True, exist_ok=True)
        code = cv2.VideoWriter.fourcc(*'mp4v')
        self.writer = cv2.VideoWriter(str(self._part), code, frame.rate or 25.0, size)
        if not self.writer.isOpened():
            print(f'{path} cannot be written: OpenCV has no MPEG-4 encoder here', file=sys.stderr)

    def _named(self, stem: str, number: int) -> Path:
        return self.folder / (f'{stem}.mp4' if number == 1 else f'{stem}_{number}.mp4')

    @property
    def _part(self) -> Path:
        return self.path.with_suffix('.part.mp4')

    def close(self) -> None:
        """End the video that is being written, if there is one."""
        if self.writer is not None:
            self.writer.release()
            if self._part.exists():
                self._part.replace(self.path)
            self.written.append(self.path)
            self.writer = self.source = None
