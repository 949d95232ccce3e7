"""What is left of uploads does not stay."""

from __future__ import annotations

import os
import time

from fastapi import FastAPI
from starlette.testclient import TestClient

from projects.smn.serving import page_uploads

HOUR = 3600


def make(path, age: float):
    """A file that was written so many seconds ago."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b'x')
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_the_beginning_of_an_upload_is_removed_after_an_hour_and_nothing_else(tmp_path):
    broken_off = make(tmp_path / 'tmpabc', 2 * HOUR)
    kept = [
        make(tmp_path / 'tmpdef', HOUR / 2),  # may go on
        make(tmp_path / 'notes.txt', 2 * HOUR),
        make(tmp_path / 'digest' / 'photo.png', 2 * HOUR),  # Gradio deletes these
    ]
    page_uploads.sweep(tmp_path)
    assert not broken_off.exists()
    assert all(path.exists() for path in kept)
    page_uploads.sweep(tmp_path / 'nowhere')


def test_an_app_sweeps_while_it_runs(tmp_path):
    app = FastAPI()
    page_uploads.keep_clean(app, tmp_path)
    broken_off = make(tmp_path / 'tmpabc', 2 * HOUR)
    with TestClient(app):
        deadline = time.monotonic() + 20
        while broken_off.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_server_has_a_folder_of_its_own_unless_one_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(page_uploads.VARIABLE, str(tmp_path))
    assert page_uploads.own_folder() == tmp_path
    monkeypatch.delenv(page_uploads.VARIABLE)
    monkeypatch.setattr(page_uploads.tempfile, 'tempdir', str(tmp_path))
    own = page_uploads.own_folder()
    assert own.parent == tmp_path
    assert page_uploads.own_folder() == own
    assert own.stat().st_mode & 0o077 == 0
