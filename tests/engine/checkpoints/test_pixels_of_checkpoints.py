"""A network is also how its pixels are normalised."""

from __future__ import annotations

import pytest
from mmdet.models import DetDataPreprocessor
from torch import nn

from projects.smn.engine.checkpoints.pixels import check_pixels, pixels_of
from projects.smn.errors import UserError

GIVEN = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True)


def model_of(**options):
    model = nn.Module()
    model.data_preprocessor = DetDataPreprocessor(**options)
    return model


def saved(**options):
    return dict(meta=dict(pixels=pixels_of(model_of(**options))))


@pytest.mark.parametrize('options', [GIVEN, {}, dict(rgb_to_bgr=True)], ids=str)
def test_the_same_normalisation_is_no_contradiction(options):
    check_pixels(model_of(**options), saved(**options), 'a.pth')


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
    for one, other in ((changed, {}), ({}, changed)):
        with pytest.raises(UserError, match=r'data_preprocessor.*a\.pth was trained with'):
            check_pixels(model_of(**{**GIVEN, **one}), saved(**{**GIVEN, **other}), 'a.pth')


@pytest.mark.parametrize(
    'meta',
    [
        None,
        {},
        dict(pixels=None),
        dict(pixels=7),
        dict(pixels=dict(mean=[1.0], std=[1.0])),
        dict(pixels=dict(mean=['a'], std=[1.0], swapped=True)),
        dict(pixels=dict(mean='abc', std=[1.0], swapped=True)),
    ],
    ids=str,
)
def test_what_says_nothing_is_not_compared(meta):
    check_pixels(model_of(**GIVEN), dict(meta=meta), 'a.pth')


def test_a_preprocessor_of_another_kind_is_not_asked():
    model = nn.Module()
    model.data_preprocessor = nn.Identity()
    assert pixels_of(model) is None
    check_pixels(model, saved(**GIVEN), 'a.pth')
