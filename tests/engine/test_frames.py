"""Images from folders, patterns and videos."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from projects.smn.engine.frames import Frames
from projects.smn.errors import UserError


def draw(*paths) -> None:
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.zeros((4, 4, 3), np.uint8))


def test_no_two_pictures_have_one_name(tmp_path):
    a, b = tmp_path / 'a', tmp_path / 'b'
    draw(a / 'img.jpg', a / 'img_2.jpg', b / 'img.jpg', b / 'img_2.png')
    stems = [frame.stem for frame in Frames([str(a), str(b)])]
    assert stems[:2] == ['img', 'img_2']
    assert len(set(stems)) == 4


def test_a_pattern_that_matches_folders_alone_is_refused(tmp_path):
    draw(tmp_path / 'a' / 'img.jpg')
    with pytest.raises(UserError, match='there is no image, folder or video'):
        Frames([str(tmp_path / '*')])


def test_a_video_that_breaks_off_is_said(tmp_path, capsys, monkeypatch):
    path = tmp_path / 'clip.avi'
    path.write_bytes(b'RIFF\0\0\0\0AVI ')

    class Broken(list):
        rate, count = 25.0, 5

    monkeypatch.setattr('projects.smn.engine.frames.Video', lambda path: Broken([1, 2]))
    assert [frame.stem for frame in Frames([str(path)])] == ['clip_000000', 'clip_000001']
    assert 'only the first 2 of 5 frames can be decoded' in capsys.readouterr().err
