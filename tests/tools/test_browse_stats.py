"""``tools/browse.py``: figures of a split, and pictures whose files are in a pack only."""

from __future__ import annotations

import re
import shutil
import sys

import browse
import cv2
import numpy as np
import pytest
from command_line import DEMO, on
from PIL import Image

from projects.smn.datasets.backends import write_pack
from projects.smn.errors import UserError
from projects.smn.reading.orientation import turned_upright


@pytest.fixture
def browsed(tmp_path, monkeypatch):
    """Run the tool in this process; the names of the pictures that it wrote."""

    def call(*words: object) -> set[str]:
        command = ['browse.py', DEMO, '--out', tmp_path / 'out', *words]
        monkeypatch.setattr(sys, 'argv', [str(word) for word in command])
        browse.main()
        for path in (tmp_path / 'out').iterdir():
            assert cv2.imread(str(path)) is not None
        return {path.name for path in (tmp_path / 'out').iterdir()}

    return call


def test_figures_of_a_split(fruit, browsed, capsys):
    names = {'classes', 'labelled', 'image_sizes', 'samples', 'samples_neck', 'samples_rating'}
    names |= {f'task_{name}' for name in ('neck', 'rating', 'length')}
    assert browsed('--stats', '--split', 'val', *on(fruit)) == {f'{name}.png' for name in names}
    assert re.search(r'^length: mean=[-.\d]+, std=[.\d]+$', capsys.readouterr().out, re.MULTILINE)


def test_packed_images_are_browsed_without_their_files(fruit, browsed, tmp_path):
    own = shutil.copytree(fruit, tmp_path / 'fruit')
    images = sorted((own / 'test').iterdir())
    write_pack(own / 'test.h5', [(f'test/{path.name}', path.read_bytes()) for path in images])
    shutil.rmtree(own / 'test')
    options = (*on(own), f'packed={own}/test.h5')
    assert len(browsed('--split', 'test', *options)) == len(images)
    assert 'samples.png' in browsed('--stats', '--split', 'test', *options)


def test_a_split_that_the_config_lacks_is_one_sentence(browsed, fruit):
    with pytest.raises(UserError, match='has no val_dataloader'):
        browsed('--stats', '--split', 'val', *on(fruit), 'val_dataloader=None')


@pytest.mark.parametrize('orientation', [1, 3, 6, 8])
def test_samples_are_cut_from_the_picture_that_their_labels_lie_on(tmp_path, orientation):
    stored = np.zeros((20, 30, 3), np.uint8)
    stored[:10, :10] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / 'a.png', exif=exif)
    found = browse.read_rgb(str(tmp_path / 'a.png'), None, 'stored')
    assert (found == stored).all()
    upright = browse.read_rgb(str(tmp_path / 'a.png'), None)
    assert (upright == turned_upright(stored, orientation)).all()
