"""``RandomTranspose`` on its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes

from projects.smn.datasets import RandomTranspose


def results():
    rng = np.random.default_rng(0)
    return dict(
        img=rng.integers(0, 255, (4, 6, 3), np.uint8),
        img_shape=(4, 6),
        scale_factor=(2.0, 1.5),
        gt_bboxes=HorizontalBoxes(torch.tensor([[1.0, 2, 5, 3]])),
        gt_seg_map=rng.integers(0, 9, (4, 6), np.uint8),
    )


def test_everything_changes_axes():
    before, after = results(), RandomTranspose(prob=1.0)(results())
    assert np.array_equal(after['img'], before['img'].transpose(1, 0, 2))
    assert np.array_equal(after['gt_seg_map'], before['gt_seg_map'].T)
    assert after['img'].flags.c_contiguous
    assert after['gt_seg_map'].flags.c_contiguous
    assert after['img_shape'] == (6, 4)
    assert after['scale_factor'] == (1.5, 2.0)
    assert after['gt_bboxes'].tensor.tolist() == [[2, 1, 3, 5]]


def test_twice_is_the_identity():
    transpose = RandomTranspose(prob=1.0)
    before, after = results(), transpose(transpose(results()))
    for key in ('img', 'gt_seg_map'):
        assert np.array_equal(after[key], before[key])
    assert after['img_shape'] == before['img_shape']
    assert after['scale_factor'] == before['scale_factor']
    assert torch.equal(after['gt_bboxes'].tensor, before['gt_bboxes'].tensor)


def test_an_image_without_labels_is_enough():
    image = results()['img']
    assert RandomTranspose(prob=1.0)(dict(img=image))['img'].shape == (6, 4, 3)


@pytest.mark.parametrize('prob', [0.0, 0.3, 1.0])
def test_it_happens_as_often_as_asked(prob):
    np.random.seed(0)
    transpose = RandomTranspose(prob=prob)
    shapes = [transpose(dict(img=np.zeros((1, 2, 3))))['img'].shape[0] for _ in range(1000)]
    assert np.mean(np.array(shapes) == 2) == pytest.approx(prob, abs=0.06)
