"""Films are read to their end, whatever their headers say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from projects.smn.engine import videos
from projects.smn.engine.frames import Frames
from projects.smn.engine.videos import Video
from projects.smn.errors import UserError

COUNT = 4


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / 'clip.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 12, (64, 48))
    for number in range(COUNT):
        writer.write(np.full((48, 64, 3), 50 * number, np.uint8))
    writer.release()
    return path


def header_saying(monkeypatch, **said):
    """Let headers of films say other things than are true."""
    properties = {getattr(cv2, f'CAP_PROP_{name}'): value for name, value in said.items()}

    class Capture:
        def __init__(self, path):
            self._capture = real(path)

        def get(self, which):
            return properties.get(which, self._capture.get(which))

        def __getattr__(self, name):
            return getattr(self._capture, name)

    real = cv2.VideoCapture
    monkeypatch.setattr(videos.cv2, 'VideoCapture', Capture)


def test_a_film_gives_its_frames_each_time_it_is_read(clip):
    video = Video(clip)
    assert (video.count, video.rate, len(video)) == (COUNT, 12, COUNT)
    for _ in range(2):
        means = [image.mean() for image in video]
        assert means == pytest.approx([50 * number for number in range(COUNT)], abs=4)


@pytest.mark.parametrize('count', [-9.2e18, -1, 0, 2**30, float('nan')], ids=str)
def test_a_number_of_frames_that_cannot_be_is_unknown(clip, monkeypatch, count):
    header_saying(monkeypatch, FRAME_COUNT=count)
    video = Video(clip)
    assert video.count is None
    assert Frames([clip]).total is None
    assert len(Video(clip)) == len(list(video)) == len(Frames([clip])) == COUNT


@pytest.mark.parametrize('said', [1, 3, 50])
def test_more_frames_than_were_announced_are_read_and_fewer_too(clip, monkeypatch, capsys, said):
    header_saying(monkeypatch, FRAME_COUNT=said)
    video = Video(clip)
    assert video.count == said
    assert len(list(Frames([clip]))) == len(list(video)) == COUNT
    assert len(video) == len(Frames([clip])) == COUNT
    assert ('only the first' in capsys.readouterr().err) == (said > COUNT)


@pytest.mark.parametrize(
    ('suffix', 'code'),
    [('mpg', 'mpg1'), ('vob', 'mpg2'), ('ts', 'mp4v'), ('m2ts', 'mp4v'), ('mkv', 'mp4v')],
)
def test_a_number_that_opencv_guesses_is_unknown(tmp_path, suffix, code):
    path = tmp_path / f'clip.{suffix}'
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*code), 25, (64, 48))
    if not writer.isOpened():
        pytest.skip('OpenCV has no such encoder here')
    for number in range(6):
        writer.write(np.full((48, 64, 3), 40 * number, np.uint8))
    writer.release()
    assert Video(path).count is None
    assert Frames([path]).total is None
    assert len(Video(path)) == len(list(Frames([path]))) == 6


@pytest.mark.parametrize('rate', [0, -25, 1000, float('nan'), float('inf')], ids=str)
def test_a_rate_that_cannot_be_is_unknown(clip, monkeypatch, rate):
    header_saying(monkeypatch, FPS=rate)
    assert Video(clip).rate is None


def test_a_film_without_a_frame_is_refused(tmp_path, clip):
    path = tmp_path / 'broken.avi'
    path.write_bytes(clip.read_bytes()[:300])
    with pytest.raises(UserError, match='cannot be read as a video'):
        Video(path)


def test_a_folder_is_read_by_content_and_the_rest_is_listed(tmp_path, clip):
    picture = cv2.imencode('.jpg', np.zeros((48, 64, 3), np.uint8))[1].tobytes()
    for name in ('IMG_1.JPG', 'download.jfif', 'named.heic', 'no suffix'):
        (tmp_path / name).write_bytes(picture)
    (tmp_path / 'IMG_2.M4V').write_bytes(clip.read_bytes())
    (tmp_path / 'notes.txt').write_text('a text')
    (tmp_path / '.hidden').write_text('a text')
    (tmp_path / 'broken.png').write_text('no picture')
    refused = []
    frames = Frames([tmp_path], refused.append)
    assert len(list(frames)) == 4 + 2 * COUNT
    assert [path.name for path in frames.left_out] == ['notes.txt']
    assert len(refused) == 1
    assert 'broken.png' in str(refused[0])
