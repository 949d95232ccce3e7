"""Pictures of a test, of images of every format."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmdet.structures import DetDataSample
from mmengine.visualization import Visualizer
from PIL import Image

from projects.smn.engine.hooks import TaskVisualizationHook, picture_name


class Seen:
    """A visualizer that keeps what it is given."""

    def __init__(self):
        self.images = []

    def add_datasample(self, name, image, out_file=None, **_):
        self.images.append((image, out_file))
        cv2.imwrite(out_file, image)


def draw(folder, name, image):
    image.save(folder / name)
    Visualizer.get_instance('of a test')  # hooks ask for one
    hook = TaskVisualizationHook(draw=True, test_out_dir='worst')
    hook._visualizer = seen = Seen()
    runner = SimpleNamespace(work_dir=str(folder), timestamp='now')
    sample = DetDataSample(metainfo=dict(img_path=str(folder / name)))
    hook.after_test_iter(runner, 0, {}, [sample, sample])
    return seen.images


@pytest.mark.parametrize('name', ['a.png', 'a.heic', 'a.avif'])
def test_what_is_transparent_is_white_whatever_the_format(tmp_path, name):
    images = draw(tmp_path, name, Image.new('RGBA', (32, 32), (0, 0, 0, 0)))
    assert len(images) == 2
    for image, file in images:
        assert np.abs(image.astype(int) - 255).max() < 4
        assert file == str(tmp_path / 'now/worst' / picture_name(name))


def test_a_picture_is_called_as_its_image_where_that_can_be_written():
    assert [picture_name(f'x/{name}') for name in ('a.JPG', 'b.heic')] == ['a.JPG', 'b.heic.jpg']
