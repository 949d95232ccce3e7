"""Films, frame by frame; what their headers say is not trusted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from projects.smn.errors import UserError
from projects.smn.reading.signatures import counts_its_frames

FASTEST = 480.0  # frames in a second; browsers write 1000 for a rate that they do not know


class Video:
    """A film that OpenCV can open; it is opened anew for each reading.

    Args:
        path: Of the file.

    Attributes:
        count: How many frames its header says there are, a hint: there may be more or fewer. None
            where it says nothing that can be, as of a film that was written while it was recorded,
            or where its kind of film has no such number, and what OpenCV gives is a guess.
        rate: Frames in a second, likewise.

    Raises:
        UserError: If it has no frame that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        capture = cv2.VideoCapture(str(path))
        try:
            if not capture.isOpened() or not capture.grab():
                raise UserError(f'{path} cannot be read as a video')
            count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
        finally:
            capture.release()
        # Each frame takes a byte at least.
        can_be = 1 <= count <= path.stat().st_size and counts_its_frames(path)
        self.count = int(count) if can_be else None
        self.rate = rate if math.isfinite(rate) and 0 < rate <= FASTEST else None
        self._length: int | None = None

    def __len__(self) -> int:
        """How many frames can be read; the first who asks waits until all were looked at."""
        if self._length is None:
            capture, length = cv2.VideoCapture(str(self.path)), 0
            while capture.grab():
                length += 1
            capture.release()
            self._length = length
        return self._length

    def __iter__(self) -> Iterator[np.ndarray]:
        """The frames, upright: BGR, (H, W, 3), uint8."""
        capture = cv2.VideoCapture(str(self.path))
        try:
            while True:
                there, image = capture.read()
                if not there:
                    return
                yield image
        finally:
            capture.release()
