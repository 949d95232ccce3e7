"""Files that cannot be read, among those that can."""

from __future__ import annotations

import csv
import shutil

import cv2
import numpy as np
import pytest
import torch
from command_line import run
from helpers import make_tiny_coco
from mmengine.registry import init_default_scope
from networks import tiny_config, tiny_model


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    """A config, its weights, and a folder of five files, one of which is an image."""
    init_default_scope('mmdet')
    root = make_tiny_coco(tmp_path_factory.mktemp('broken') / 'data')
    cfg = tiny_config(root)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    cfg.dump(root / 'config.py')
    torch.save(tiny_model(root).state_dict(), root / 'weights.pth')
    mixed = root / 'mixed'
    mixed.mkdir()
    shutil.copy(root / 'train' / '1.png', mixed / 'm.png')
    (mixed / 'a.jpg').write_bytes(b'')
    (mixed / 'z.png').write_text('no picture')
    (mixed / 'clip.mp4').write_bytes(b'no film')
    cv2.imwrite(str(mixed / 'thread.png'), np.zeros((1, 5000, 3), np.uint8))
    return root


@pytest.mark.parametrize('batch_size', [1, 4])
def test_what_cannot_be_read_is_named_and_the_rest_predicted(root, tmp_path, batch_size):
    done = run(
        'predict.py',
        root / 'config.py',
        root / 'weights.pth',
        root / 'mixed',
        '--out-dir',
        tmp_path,
        '--score-thr',
        0.0,
        '--batch-size',
        batch_size,
    )
    assert done.returncode == 2
    for name in ('a.jpg', 'z.png', 'clip.mp4', 'thread.png'):
        assert f'{name} ' in done.stderr
    assert 'error: 4 inputs cannot be read; the results are of the others' in done.stderr
    assert 'Traceback' not in done.stderr
    with (tmp_path / 'objects.csv').open() as file:
        assert {row['file_name'] for row in csv.DictReader(file)} == {str(root / 'mixed' / 'm.png')}
    assert [path.name for path in (tmp_path / 'predictions').iterdir()] == ['m.jpg']
