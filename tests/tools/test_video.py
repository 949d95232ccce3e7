"""Pictures of a video's frames, as a video."""

from __future__ import annotations

import cv2
import numpy as np
from _video import DrawnVideos
from PIL import Image

from projects.smn.engine.frames import Frame

RED, BLUE = (200, 0, 0), (0, 0, 200)


def frames(name: str, count: int, rate: float | None = 12.0) -> list[Frame]:
    image = np.zeros((32, 48, 3), np.uint8)
    return [Frame(image, image, name, f'{i}', i, rate) for i in range(count)]


def pictures(path) -> list[np.ndarray]:
    video, found = cv2.VideoCapture(str(path)), []
    while (read := video.read())[0]:
        found.append(read[1][..., ::-1])
    return found


def test_every_frame_of_every_video_is_there_in_its_colours_and_order(tmp_path):
    videos = DrawnVideos(tmp_path)
    for colour, name in ((RED, 'a/clip.avi'), (BLUE, 'b/clip.mov')):
        for frame in frames(name, 3):
            videos.add(frame, Image.new('RGB', (96, 64), colour))
    videos.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['clip.mp4', 'clip_2.mp4']
    for name, colour in (('clip.mp4', RED), ('clip_2.mp4', BLUE)):
        found = pictures(tmp_path / name)
        assert [picture.shape for picture in found] == [(64, 96, 3)] * 3
        assert np.abs(found[1].mean((0, 1)) - colour).max() < 12
    assert cv2.VideoCapture(str(tmp_path / 'clip.mp4')).get(cv2.CAP_PROP_FPS) == 12


def test_images_and_runs_that_end_early_leave_no_video_under_its_name(tmp_path):
    videos = DrawnVideos(tmp_path)
    videos.add(
        Frame(np.zeros((2, 2, 3), np.uint8), 'a.jpg', 'a.jpg', 'a'), Image.new('RGB', (9, 9))
    )
    assert not list(tmp_path.iterdir())
    videos.add(frames('clip.avi', 1, None)[0], Image.new('RGB', (96, 64)))
    assert not (tmp_path / 'clip.mp4').exists()
    videos.close()
    assert (tmp_path / 'clip.mp4').exists()
