"""Making a picture of the page small."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import screenshot
from command_line import run
from PIL import Image
from screenshot import shrink
from selenium.common.exceptions import WebDriverException

from projects.smn.errors import UserError


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, 'PNG')
    return file.getvalue()


@pytest.mark.parametrize('max_kb', [30, 20])
def test_a_picture_gets_fewer_colours_until_it_fits_and_keeps_its_size(max_kb):
    ramp = np.linspace(0, 255, 200).astype(np.uint8)
    pixels = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], 255 - ramp[:, None]), -1)
    data = _png(np.random.default_rng(0).integers(0, 60, pixels.shape, np.uint8) // 2 + pixels // 2)
    small = shrink(data, max_kb)
    assert len(small) <= max_kb * 1000 < len(data)
    assert Image.open(io.BytesIO(small)).size == (200, 200)


def test_a_picture_of_few_colours_stays_as_it_is():
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10:, 20:] = 255, 120, 30
    again = Image.open(io.BytesIO(shrink(_png(pixels), 300))).convert('RGB')
    np.testing.assert_array_equal(np.asarray(again), pixels)


def test_a_server_that_is_not_there_is_one_sentence(monkeypatch):
    class Browser:
        def get(self, url):
            raise WebDriverException('unknown error: net::ERR_CONNECTION_REFUSED\n  (a trace)')

    with pytest.raises(UserError) as error:
        screenshot.open_page(Browser(), 'http://127.0.0.1:1')
    assert str(error.value) == (
        'cannot open http://127.0.0.1:1: unknown error: net::ERR_CONNECTION_REFUSED'
    )


def test_a_picture_that_stays_too_large_is_one_sentence_and_is_not_written(tmp_path, monkeypatch):
    noise = _png(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))
    browser = SimpleNamespace(get_screenshot_as_png=lambda: noise, get=lambda url: None)
    monkeypatch.setattr(screenshot, 'open_browser', lambda *_: nullcontext(browser))
    for name in ('click', 'wait_for', 'wait_until_loaded'):
        monkeypatch.setattr(screenshot, name, lambda *_: None)
    words = ['screenshot.py', 'http://x', '--out', str(tmp_path / 'x.png'), '--max-kb', '5']
    monkeypatch.setattr(sys, 'argv', words)
    with pytest.raises(UserError, match=r'with 32 colours the picture still has .* --max-kb 5'):
        screenshot.main()
    assert not list(tmp_path.iterdir())


def test_a_missing_image_is_one_sentence():
    done = run('screenshot.py', 'http://127.0.0.1:1', '--image', 'nowhere.jpg', '--out', 'x.png')
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == 'error: there is no image nowhere.jpg'
