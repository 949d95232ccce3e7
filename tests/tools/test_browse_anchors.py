"""``tools/browse.py --anchors``: of a network with one stage, and of one with two."""

from __future__ import annotations

import sys

import browse
import cv2
import pytest
from command_line import DEMO, on
from networks import ROOT
from whole_images import make_whole_images

from projects.smn.errors import UserError

WAREHOUSE = ROOT / 'configs/warehouse/ssdlite-deeplabv3plus_mbv2_warehouse_demo.py'


@pytest.fixture
def whole(tmp_path):
    """What ``--cfg-options`` has to say for the warehouse's network on three tiny images."""
    root = make_whole_images(tmp_path / 'whole')
    dataset = 'train_dataloader.dataset'
    return (
        'classes=pet,',
        'tasks.scene.classes=background,fur,head',
        'tasks.scene.loss.class_weight=None',
        f'{dataset}.data_root={root}',
        f'{dataset}.data_prefix.seg=maps/',
    )


@pytest.fixture
def browsed(tmp_path, monkeypatch):
    """Run the tool in this process; the pictures that it wrote."""

    def call(config: object, *words: object) -> dict:
        command = ['browse.py', config, '--out', tmp_path / 'out', *words]
        monkeypatch.setattr(sys, 'argv', [str(word) for word in command])
        browse.main()
        return {path.name: cv2.imread(str(path)) for path in (tmp_path / 'out').iterdir()}

    return call


def test_of_one_stage(whole, browsed):
    pictures = browsed(WAREHOUSE, '--anchors', 1, '--cfg-options', *whole)
    # Four levels at 320 x 240, enlarged for the text.
    assert pictures['anchors_layout.jpg'].shape == (960, 1280, 3)
    assert pictures['anchors_matches.jpg'].shape == (480, 640, 3)


def test_of_two_stages(fruit, browsed):
    pictures = browsed(DEMO, '--anchors', 0, *on(fruit))
    assert set(pictures) == {'anchors_layout.jpg', 'anchors_matches.jpg'}


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--anchors', 99], r'--anchors 99: the split has the images 0 to 2'),
        (['--anchors', 0, '--split', 'val'], r'--anchors goes with --split train'),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(whole, browsed, words, sentence):
    options = [*whole, *(word.replace('train_', 'val_') for word in whole[3:])]
    with pytest.raises(UserError, match=sentence):
        browsed(
            WAREHOUSE,
            *words,
            '--cfg-options',
            *options,
            'val_dataloader.dataset.ann_file=annotations/train.json',
        )


def test_a_network_without_anchors_is_one_sentence(whole, browsed):
    with pytest.raises(UserError, match='this network has no head with anchors'):
        browsed(
            ROOT / 'configs/warehouse/deeplabv3plus_mbv2_warehouse_demo.py',
            *('--anchors', 0, '--cfg-options', *whole),
        )


def test_a_head_that_matches_by_more_than_overlap_is_one_sentence(fruit, browsed):
    with pytest.raises(UserError, match='RTMDetHead does not match anchors'):
        browsed(DEMO.with_name('smn_rtmdet_r18_fpn_fruit_demo.py'), '--anchors', 0, *on(fruit))
