"""How large a network sees an image, and how many objects it gives."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import make_tiny_coco
from mmengine.config import Config
from mmengine.registry import init_default_scope
from networks import ROOT, tiny_config, tiny_model

from projects.smn import load
from projects.smn.engine.limits import (
    Doubts,
    max_objects_of,
    scale_of,
    set_max_objects,
    set_scale,
)
from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError

DEMO = 'configs/fruit/smn_lite0_fpn_fruit_demo.py'


@pytest.fixture(scope='module')
def files(tmp_path_factory) -> tuple[Path, Path]:
    """A config and a checkpoint of a network that finds something everywhere."""
    init_default_scope('mmdet')
    root = make_tiny_coco(tmp_path_factory.mktemp('limits') / 'data')
    cfg = tiny_config(root)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    cfg.dump(root / 'config.py')
    torch.save(tiny_model(root).state_dict(), root / 'weights.pth')
    return root / 'config.py', root / 'weights.pth'


def test_the_scale_of_tests_changes_and_that_of_trainings_does_not():
    cfg = load_config(ROOT / DEMO)
    trained = cfg.train_dataloader.dataset.pipeline.copy()
    set_scale(cfg, 1920)
    assert scale_of(cfg) == 1920
    assert cfg.val_dataloader.dataset.pipeline[1].scale == (1920, 1920)
    assert cfg.train_dataloader.dataset.pipeline == trained


def test_the_other_side_and_the_padding_follow():
    steps = [dict(type='mmdet.Resize', scale=(1333, 800)), dict(type='Pad', size=(1333, 800))]
    cfg = Config(dict(test_dataloader=dict(dataset=dict(pipeline=steps))))
    set_scale(cfg, 2666)
    steps = cfg.test_dataloader.dataset.pipeline
    assert [steps[0].scale, steps[1].size] == [(2666, 1600)] * 2


def test_what_is_not_resized_has_no_scale():
    cfg = Config(dict(test_dataloader=dict(dataset=dict(pipeline=[dict(type='PackTaskInputs')]))))
    assert scale_of(cfg) is None
    with pytest.raises(UserError, match='no Resize'):
        set_scale(cfg, 640)


@pytest.mark.parametrize(
    'path',
    [
        DEMO,
        'configs/fruit/smn_rtmdet_lite0_fpn_fruit_demo.py',
        'configs/fruit/smn_r50_fpn_fruit.py',
    ],
)
def test_proposals_follow_the_number_of_objects(path):
    cfg = load_config(ROOT / path)
    set_max_objects(cfg, 1000)
    assert max_objects_of(cfg) == cfg.model.test_cfg.rcnn.max_per_img == 1000
    assert cfg.model.test_cfg.rpn.max_per_img >= 2000
    assert cfg.model.test_cfg.rpn.nms_pre >= 10000


def test_a_smaller_number_takes_no_proposals_away():
    cfg = load_config(ROOT / DEMO)
    before = cfg.model.test_cfg.rpn.max_per_img
    set_max_objects(cfg, 3)
    assert cfg.model.test_cfg.rpn.max_per_img == before


def test_a_network_of_one_stage_has_a_number_too():
    cfg = load_config(ROOT / 'configs/fruit/smn_rtmdet-tiny_fruit.py')
    set_max_objects(cfg, 1000)
    assert max_objects_of(cfg) == cfg.model.test_cfg.max_per_img == 1000


def test_a_network_without_objects_has_none():
    cfg = load_config(ROOT / 'configs/pet/lite1-fpn-mtl_pet.py')
    assert max_objects_of(cfg) is None
    with pytest.raises(UserError, match='max_per_img'):
        set_max_objects(cfg, 10)


@pytest.mark.parametrize('wrong', [0, -5, 2.5, True])
def test_what_is_no_number_of_pixels_or_objects_is_refused(wrong):
    cfg = load_config(ROOT / DEMO)
    with pytest.raises(UserError, match='scale must be'):
        set_scale(cfg, wrong)
    with pytest.raises(UserError, match='max_objects must be'):
        set_max_objects(cfg, wrong)


def test_a_predictor_sees_and_gives_what_was_asked_for(files):
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    few = load(*files, device='cpu', score_thr=0.0, max_objects=2)
    many = load(*files, device='cpu', score_thr=0.0, scale=200)
    assert few.doubts.max_objects == len(few(image)) == 2
    assert few.doubts.images['capped'] == 1
    assert len(many(image)) > 2
    inputs = many.pipeline(dict(img=image, img_id=0))['inputs']
    assert max(inputs.shape[1:]) == 200


def test_a_doubt_is_said_once_and_counted(caplog):
    doubts = Doubts(load_config(ROOT / DEMO))
    with caplog.at_level(logging.WARNING, 'smn'):
        for _ in range(3):
            doubts.look_at('heap.jpg', 3000, 4000, 50)
        doubts.look_at('two.jpg', 384, 384, 2)
    assert doubts.images == dict(capped=3, shrunk=3)
    capped, shrunk = (record.getMessage() for record in caplog.records)
    assert 'heap.jpg has 50 objects' in capped
    assert '4000 x 3000' in shrunk
    assert '384' in shrunk
