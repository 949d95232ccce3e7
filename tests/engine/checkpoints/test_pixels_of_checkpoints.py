"""A network is also how its pixels are normalised."""

from __future__ import annotations

import pytest
from mmdet.models import DetDataPreprocessor
from torch import nn

from projects.smn.engine.checkpoints import check_meaning
from projects.smn.engine.checkpoints.pixels import pixels_said
from projects.smn.errors import UserError

GIVEN = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True)


def model_of(**options):
    model = nn.Module()
    model.data_preprocessor = DetDataPreprocessor(**options)
    return model


def saved_with(**options):
    words = ', '.join(f'{key}={value!r}' for key, value in options.items())
    return dict(meta=dict(cfg=f'lr = 0.1\nmodel = dict(data_preprocessor=dict({words}))\n'))


def test_the_same_normalisation_is_no_contradiction():
    check_meaning(model_of(**GIVEN), saved_with(type='DetDataPreprocessor', **GIVEN), 'a.pth')


@pytest.mark.parametrize(
    'changed',
    [
        dict(mean=[127.0] * 3),
        dict(std=[128.0] * 3),
        dict(bgr_to_rgb=False),
        dict(mean=None, std=None),
    ],
    ids=lambda changed: '-'.join(changed),
)
def test_another_normalisation_is_refused(changed):
    with pytest.raises(UserError, match=r'data_preprocessor=.*a\.pth was trained with'):
        check_meaning(model_of(**{**GIVEN, **changed}), saved_with(**GIVEN), 'a.pth')


@pytest.mark.parametrize(
    'checkpoint',
    [
        {},
        dict(meta=None),
        dict(meta=dict(cfg=7)),
        dict(meta=dict(cfg='model = (')),
        dict(meta=dict(cfg='model = dict(backbone=dict())')),
        dict(meta=dict(cfg='model = dict(data_preprocessor=dict(mean=open("a")))')),
        dict(meta=dict(cfg='model = dict(data_preprocessor=dict(mean=["a"], std=[1]))')),
    ],
    ids=str,
)
def test_what_says_nothing_is_not_compared(checkpoint):
    check_meaning(model_of(**GIVEN), checkpoint, 'a.pth')


def test_the_text_of_a_config_is_not_run(tmp_path):
    mark = tmp_path / 'ran'
    text = f'open({str(mark)!r}, "w")\nmodel = dict(data_preprocessor=dict(mean=[1, 1, 1]))'
    assert pixels_said(dict(meta=dict(cfg=text))).mean == (1, 1, 1)
    assert not mark.exists()
