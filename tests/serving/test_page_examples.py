"""Images to try the page with."""

from __future__ import annotations

import cv2
import numpy as np
from canned import CannedPredictor
from mmengine.config import ConfigDict

from projects.smn.serving import page_examples


def test_examples_are_the_first_images_of_the_test_set(tmp_path):
    for number in range(6, 0, -1):
        cv2.imwrite(str(tmp_path / f'{number}.jpg'), np.zeros((20, 20, 3), np.uint8))
    (tmp_path / '0.txt').write_text('no image')
    found = page_examples.example_images(CannedPredictor(tmp_path).cfg, tmp_path / 'unused')
    assert [path.name for path in found] == ['1.jpg', '2.jpg', '3.jpg', '4.jpg']


def test_a_network_of_other_things_has_no_examples_without_its_data(tmp_path):
    cfg = CannedPredictor(tmp_path / 'nowhere').cfg
    assert page_examples.example_images(cfg, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_fruits_are_rendered_where_their_data_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(page_examples, 'NUMBER', 1)
    cfg = CannedPredictor(tmp_path / 'nowhere').cfg
    cfg.classes = ('cucumber', 'color_board')
    cfg.test_dataloader.dataset = ConfigDict(data_root=None)
    (path,) = page_examples.example_images(cfg, tmp_path)
    assert min(cv2.imread(str(path)).shape[:2]) > 100
