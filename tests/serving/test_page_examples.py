"""Images to try the page with."""

from __future__ import annotations

import cv2
import pytest
from canned import CannedPredictor, write_test_set
from mmengine.config import ConfigDict

from projects.smn.serving import page_examples


def test_examples_are_the_first_images_that_the_test_set_lists(tmp_path):
    split = [f'{number}.jpg' for number in (6, 3, 5, 2, 4)]
    write_test_set(tmp_path, split, others=['1.jpg'])  # of train, in the same folder
    found = page_examples.example_images(CannedPredictor(tmp_path).cfg, tmp_path / 'unused')
    assert [path.name for path in found] == split[:4]
    assert all(path.is_file() for path in found)


@pytest.mark.parametrize('content', ['', '[]', '{}', '{"images": [{}]}'])
def test_annotations_that_cannot_be_read_give_no_examples(tmp_path, content):
    write_test_set(tmp_path, ['1.jpg'])
    (tmp_path / 'test.json').write_text(content)
    assert page_examples.example_images(CannedPredictor(tmp_path).cfg, tmp_path) == []


def test_an_image_that_is_not_there_is_no_example(tmp_path):
    write_test_set(tmp_path, ['1.jpg', '2.jpg'])
    (tmp_path / 'images' / '1.jpg').unlink()
    (found,) = page_examples.example_images(CannedPredictor(tmp_path).cfg, tmp_path)
    assert found.name == '2.jpg'


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
