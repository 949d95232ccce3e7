"""The loss of one box per image."""

from __future__ import annotations

import pytest
import torch

from projects.smn.models import L1GIoULoss


def boxes(count=6, seed=0):
    """Boxes x1, y1, x2, y2 in shares of the image."""
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(count, 2, generator=generator) * 0.6
    return torch.cat([corners, corners + 0.05 + torch.rand(count, 2, generator=generator) * 0.3], 1)


def giou_by_hand(first, second):
    """Rezatofighi et al. 2019, of two boxes of plain numbers."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    both = max(width, 0) * max(height, 0)
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (first, second)]
    union = sum(areas) - both
    hull = (max(first[2], second[2]) - min(first[0], second[0])) * (
        max(first[3], second[3]) - min(first[1], second[1])
    )
    return both / union - (hull - union) / hull


@pytest.mark.parametrize(('l1', 'giou'), [(5.0, 2.0), (0.0, 1.0), (1.0, 0.0)])
def test_it_is_what_an_independent_computation_gives(l1, giou):
    first, second = boxes(seed=0), boxes(seed=1)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    distances = [abs(a - b) for box, other in pairs for a, b in zip(box, other, strict=True)]
    expected = l1 * sum(distances) / len(distances)
    expected += giou * sum(1 - giou_by_hand(*pair) for pair in pairs) / len(pairs)
    got = L1GIoULoss(l1_weight=l1, giou_weight=giou)(first, second)
    assert got.item() == pytest.approx(expected, rel=1e-5)


def test_equal_boxes_cost_nothing():
    assert L1GIoULoss()(boxes(), boxes()).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize('order', [[2, 1, 0, 3], [0, 3, 2, 1], [2, 3, 0, 1]])
def test_swapped_corners_are_the_same_box_and_still_cost_their_distance(order):
    overlap = L1GIoULoss(l1_weight=0.0)
    swapped = boxes(seed=1)[:, order]
    torch.testing.assert_close(overlap(swapped, boxes()), overlap(boxes(seed=1), boxes()))
    assert overlap(boxes()[:, order], boxes()).item() == pytest.approx(0, abs=1e-5)
    # So the network learns which corner is which.
    assert L1GIoULoss(giou_weight=0.0)(boxes()[:, order], boxes()) > 0.1


@pytest.mark.parametrize('weight', [0.5, 3.0])
def test_the_weight_is_a_factor(weight):
    expected = weight * L1GIoULoss()(boxes(), boxes(seed=1))
    torch.testing.assert_close(L1GIoULoss(loss_weight=weight)(boxes(), boxes(seed=1)), expected)


def test_a_step_down_the_gradient_brings_a_distant_box_nearer():
    target, box = torch.tensor([[0.7, 0.7, 0.9, 0.9]]), torch.tensor([[0.1, 0.1, 0.2, 0.2]])
    box.requires_grad_()
    before = L1GIoULoss()(box, target)
    before.backward()
    assert L1GIoULoss()(box - 0.01 * box.grad, target) < before


def test_no_boxes_are_a_zero_that_is_connected_and_has_zero_gradient():
    weight = torch.ones(1, requires_grad=True)
    value = L1GIoULoss()(torch.zeros(0, 4) * weight, torch.zeros(0, 4))
    assert value.shape == ()
    assert value.item() == 0
    value.backward()
    assert weight.grad.item() == 0
