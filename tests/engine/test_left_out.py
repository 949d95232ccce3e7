"""What of a folder is not read is listed, and what may not be read is said to be so."""

from __future__ import annotations

import builtins

import cv2
import numpy as np
import pytest

from projects.smn.engine.frames import Frames
from projects.smn.errors import UserError


@pytest.fixture
def folder(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((8, 8, 3), np.uint8))
    return tmp_path


@pytest.fixture
def forbid(monkeypatch):
    """Let a file be one that may not be read, for whoever runs the test."""

    def forbidden(path):
        def opening(file, *args, **options):
            if str(file) == str(path):
                raise PermissionError(13, 'Permission denied', str(file))
            return real(file, *args, **options)

        monkeypatch.setattr(builtins, 'open', opening)

    real = builtins.open
    return forbidden


def test_subfolders_and_links_that_lead_nowhere_are_listed(folder):
    (folder / 'more').mkdir()
    (folder / 'gone.png').symlink_to(folder / 'nothing.png')
    (folder / '.hidden').mkdir()
    frames = Frames([folder])
    assert [frame.stem for frame in frames] == ['a']
    assert [path.name for path in frames.left_out] == ['gone.png', 'more']


def test_links_that_lead_nowhere_are_listed_of_a_pattern_too(folder):
    (folder / 'gone.png').symlink_to(folder / 'nothing.png')
    frames = Frames([str(folder / '*.png')])
    assert len(list(frames)) == 1
    assert [path.name for path in frames.left_out] == ['gone.png']


def test_a_folder_of_folders_alone_is_said_to_be_one(tmp_path):
    (tmp_path / 'more').mkdir()
    with pytest.raises(UserError, match='no image and no video; its subfolders are not read'):
        Frames([tmp_path])


@pytest.mark.parametrize('name', ['b.png', 'b.mp4', 'b'])
def test_a_file_of_a_folder_that_may_not_be_read_is_refused_in_its_turn(folder, forbid, name):
    (folder / name).write_bytes((folder / 'a.png').read_bytes())
    forbid(folder / name)
    refused = []
    assert len(list(Frames([folder], refused.append))) == 1
    assert [str(error) for error in refused] == [
        f'{folder / name} cannot be read: Permission denied'
    ]


def test_a_file_that_may_not_be_read_is_said_to_be_so(folder, forbid):
    forbid(folder / 'a.png')
    with pytest.raises(UserError, match='cannot be read: Permission denied'):
        list(Frames([folder / 'a.png']))
