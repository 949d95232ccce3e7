"""Masks pasted together are those that mmdet pastes one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask

from projects.smn.models.task_heads import mask_paste
from projects.smn.models.task_heads.mask_paste import paste_masks

SIZE = (70, 90)


@pytest.mark.parametrize('budget', [0, 2_000, 2**25])
@pytest.mark.parametrize('seed', range(3))
def test_each_is_as_mmdet_pastes_it_alone(seed, budget, monkeypatch):
    monkeypatch.setattr(mask_paste, '_budget', lambda maps: budget)
    random = torch.Generator().manual_seed(seed)
    height, width = SIZE
    corners = torch.rand(12, 2, generator=random) * torch.tensor([width, height])
    far = corners + torch.rand(12, 2, generator=random) * 50
    boxes = torch.cat([corners, torch.minimum(far, torch.tensor([width, height]))], 1)
    maps = torch.rand(12, 14, 14, generator=random)
    found = {i: (mask, place) for i, mask, place in paste_masks(maps, boxes, SIZE, 0.5)}
    assert sorted(found) == list(range(12))
    for i, (mask, (top, left)) in found.items():
        canvas = np.zeros(SIZE, bool)
        canvas[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
        alone, _ = _do_paste_mask(maps[i, None, None], boxes[i, None], *SIZE, skip_empty=False)
        different = canvas != (alone[0] >= 0.5).numpy()
        assert not different.any() or (alone[0][different] - 0.5).abs().max() < 1e-5


@pytest.mark.parametrize('seed', range(3))
def test_probabilities_are_those_of_mmdet(seed):
    random = torch.Generator().manual_seed(seed)
    maps = torch.rand(1, 14, 9, generator=random)
    boxes = torch.tensor([[-3.5, 10.25, 61.5, 44.0]])
    theirs, _ = _do_paste_mask(maps[:, None], boxes, *SIZE, skip_empty=False)
    torch.testing.assert_close(mask_paste.resampled(maps, boxes, SIZE), theirs)


def test_a_box_of_no_size_has_no_mask():
    boxes = torch.tensor([[10.5, 10.5, 10.5, 20], [30, 30, 30, 30]])
    assert not any(mask.any() for _, mask, _ in paste_masks(torch.ones(2, 7, 7), boxes, SIZE, 0.5))


def test_how_many_are_pasted_at_once_is_bounded(monkeypatch):
    sizes = []
    paste = mask_paste.resampled

    def noting(maps, boxes, size):
        sizes.append((len(maps), len(maps) * size[0] * size[1]))
        return paste(maps, boxes, size)

    monkeypatch.setattr(mask_paste, 'resampled', noting)
    boxes = torch.tensor([[1.0, 1, 9, 9]] * 20 + [[0.0, 0, 60, 60]])
    for budget in (0, 1_000):
        monkeypatch.setattr(mask_paste, '_budget', lambda maps, budget=budget: budget)
        sizes.clear()
        assert len(list(paste_masks(torch.ones(21, 7, 7), boxes, SIZE, 0.5))) == 21
        assert all(count == 1 or pixels <= budget for count, pixels in sizes)
        assert (max(count for count, _ in sizes) > 1) == (budget > 0)


def test_without_objects_there_is_nothing():
    assert not list(paste_masks(torch.zeros(0, 7, 7), torch.zeros(0, 4), SIZE, 0.5))


def test_a_box_outside_of_the_image_covers_no_pixel():
    boxes = torch.tensor([[90.0, 10, 95, 20], [200, 10, 300, 20]])
    found = list(paste_masks(torch.ones(2, 7, 7), boxes, SIZE, 0.5))
    assert [i for i, _, _ in found] == [0]  # of the other, no pixel is near
    assert not found[0][1].any()
