"""Making a picture of the page small."""

from __future__ import annotations

import io

import numpy as np
import pytest
from command_line import run
from PIL import Image
from screenshot import shrink


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


def test_a_missing_image_is_one_sentence():
    done = run('screenshot.py', 'http://127.0.0.1:1', '--image', 'nowhere.jpg', '--out', 'x.png')
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == 'error: there is no image nowhere.jpg'
