"""Pictures for a README."""

from __future__ import annotations

import cv2
import numpy as np
from command_line import run


def test_montage_keeps_to_its_size_and_shows_every_picture(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (300, 200, 3), np.uint8)
    for name in 'abc':
        cv2.imwrite(str(tmp_path / f'{name}.png'), noise)
    pictures = [tmp_path / f'{name}.png' for name in 'abc']
    out = tmp_path / 'sheet.jpg'
    done = run('montage.py', *pictures, '--out', out, '--cell', 200, '--max-kb', 60)
    assert done.returncode == 0, done.stderr
    sheet = cv2.imread(str(out))
    assert sheet.shape == (400, 400, 3)
    assert out.stat().st_size <= 60_000
    quarters = sheet[:200, :200], sheet[:200, 200:], sheet[200:, :200], sheet[200:, 200:]
    assert [bool(quarter.std() > 20) for quarter in quarters] == [True, True, True, False]


def test_wide_pictures_have_low_cells(tmp_path):
    cv2.imwrite(str(tmp_path / 'wide.png'), np.zeros((100, 400, 3), np.uint8))
    out = tmp_path / 'sheet.jpg'
    done = run('montage.py', tmp_path / 'wide.png', '--out', out, '--columns', 1, '--cell', 408)
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(out)).shape == (108, 408, 3)
