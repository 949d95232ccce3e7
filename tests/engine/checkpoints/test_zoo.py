"""Names of model zoos are the addresses that mmengine knows for them."""

from __future__ import annotations

import pytest
import torch
from mmengine.fileio import dump
from mmengine.model import PretrainedInit
from torch import nn

from projects.smn.engine import load_checkpoint_file
from projects.smn.engine.checkpoints import loading
from projects.smn.engine.checkpoints.zoo import address_of
from projects.smn.errors import UserError


@pytest.mark.parametrize(
    'name',
    [
        'open-mmlab://resnext101_32x4d',
        'openmmlab://mmdet/mobilenet_v2',
        'mmcls://vgg16',
        'torchvision://resnet50',
        'modelzoo://resnet18',
    ],
)
def test_a_name_of_a_zoo_is_a_url(name):
    assert address_of(name).startswith('https://')
    assert address_of(name).endswith('.pth')


@pytest.mark.parametrize('name', ['a.pth', '~/a.pth', 'https://x.org/a.pth', 's3://a/b.pth'])
def test_anything_else_is_an_address_already(name):
    assert address_of(name) == name


def test_an_unknown_name_is_refused():
    with pytest.raises(UserError, match='open-mmlab://nothing: mmengine knows no model'):
        address_of('open-mmlab://nothing')


@pytest.mark.parametrize('name', ['s3://a/b.pth', 'pavi://a/b', 'ftp://a/b.pth'])
def test_other_kinds_of_addresses_are_refused(name):
    with pytest.raises(UserError, match='neither a file nor an http'):
        load_checkpoint_file(name)


def test_a_file_in_mmengines_folder_may_have_a_name(tmp_path, monkeypatch):
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path))
    dump({'mine': 'mine.pth'}, tmp_path / 'open_mmlab.json')
    torch.save(nn.Linear(2, 3).state_dict(), tmp_path / 'mine.pth')
    assert set(load_checkpoint_file('open-mmlab://mine')['state_dict']) == {'weight', 'bias'}


def test_of_a_classifier_the_backbone_is_taken(tmp_path, monkeypatch):
    path = tmp_path / 'a.pth'
    torch.save({'backbone.conv.weight': torch.ones(1), 'head.fc.bias': torch.ones(1)}, path)
    monkeypatch.setattr(loading, 'cached_checkpoint', lambda url: path)
    assert set(load_checkpoint_file('mmcls://vgg16')['state_dict']) == {'conv.weight'}


def test_weights_that_cannot_be_reached_are_named_with_what_there_is_without_them():
    backbone = nn.Linear(2, 3)
    pretrained = PretrainedInit('http://127.0.0.1:1/resnet18.pth')
    with pytest.raises(UserError, match=r'127\.0\.0\.1.*pretrained=FILE.*pretrained=None.*lite0'):
        pretrained(backbone)
