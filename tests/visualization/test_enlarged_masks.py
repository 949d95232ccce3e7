"""Parts of masks are enlarged to where the whole mask would be."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from projects.smn.visualization.draw import _enlarged


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('scale', [1.5, 3.0, 7.3])
def test_a_part_lies_where_it_lies_on_the_whole(seed, scale):
    rng = np.random.default_rng(seed)
    whole = np.zeros((60, 80), np.uint8)
    x, y = int(rng.integers(2, 50)), int(rng.integers(2, 40))
    width, height = int(rng.integers(8, 28)), int(rng.integers(8, 18))
    cv2.ellipse(
        whole, (x + width // 2, y + height // 2), (width // 2, height // 2), 0, 0, 360, 1, -1
    )
    x, y, width, height = cv2.boundingRect(whole)
    size = (round(80 * scale), round(60 * scale))
    expected = cv2.resize(whole * 255, size) > 127
    part, (left, top) = _enlarged(whole[y : y + height, x : x + width], (x, y), scale, size)
    canvas = np.zeros_like(expected)
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    # OpenCV resizes and warps with different steps between pixels: the border may differ by one.
    outline = cv2.morphologyEx(expected.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((5, 5)))
    assert not (canvas != expected)[outline == 0].any()
    assert (canvas != expected).sum() <= 0.1 * outline.sum()
