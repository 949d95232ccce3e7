"""RoIs made from boxes."""

from __future__ import annotations

import pytest
import torch

from projects.smn.models.task_heads.rois import expanded, jittered, squared


@pytest.fixture
def rois():
    torch.manual_seed(0)
    corners = torch.rand(30, 2) * 100
    sides = 5 + torch.rand(30, 2) * 60
    return torch.cat([torch.arange(30.0)[:, None] // 4, corners, corners + sides], 1)


def _centres(rois):
    return (rois[:, 1:3] + rois[:, 3:]) / 2


def _sides(rois):
    return rois[:, 3:] - rois[:, 1:3]


@pytest.mark.parametrize('change', [lambda rois: expanded(rois, 1.7), squared])
def test_centres_and_image_indices_stay(rois, change):
    changed = change(rois)
    assert changed.shape == rois.shape
    assert torch.equal(changed[:, 0], rois[:, 0])
    torch.testing.assert_close(_centres(changed), _centres(rois))


@pytest.mark.parametrize('factor', [0.5, 1.0, 1.25])
def test_expanding_multiplies_both_sides(rois, factor):
    torch.testing.assert_close(_sides(expanded(rois, factor)), factor * _sides(rois))


def test_expanding_is_undone_by_the_inverse_factor(rois):
    torch.testing.assert_close(expanded(expanded(rois, 1.25), 0.8), rois, atol=1e-4, rtol=1e-5)


def test_expanded_rois_may_leave_the_image():
    assert expanded(torch.tensor([[0.0, 0, 0, 10, 10]]), 2).tolist() == [[0, -5, -5, 15, 15]]


def test_squares_are_the_smallest_that_hold_the_rois(rois):
    sides = _sides(squared(rois))
    torch.testing.assert_close(sides[:, 0], sides[:, 1])
    torch.testing.assert_close(sides[:, 0], _sides(rois).amax(1))


def test_squaring_twice_is_squaring_once(rois):
    torch.testing.assert_close(squared(squared(rois)), squared(rois))


def test_the_order_of_squaring_and_expanding_does_not_matter(rois):
    first, second = expanded(squared(rois), 1.3), squared(expanded(rois, 1.3))
    torch.testing.assert_close(first, second, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize('share', [0.05, 0.3])
def test_jitter_moves_each_side_by_at_most_its_share_of_the_size(rois, share):
    boxes = rois[:, 1:]
    moves = (jittered(boxes, share) - boxes) / (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
    assert moves.abs().max() <= share + 1e-5
    assert moves.abs().max() > 0.8 * share
    assert (moves.amin(0) < -0.5 * share).all()  # every side moves in both directions
    assert (moves.amax(0) > 0.5 * share).all()


def test_jitter_of_zero_moves_nothing_and_the_input_stays_as_it_was(rois):
    boxes = rois[:, 1:].clone()
    assert torch.equal(jittered(boxes, 0.0), boxes)
    jittered(boxes, 0.2)
    assert torch.equal(boxes, rois[:, 1:])


def test_no_rois_give_no_rois():
    assert expanded(torch.zeros(0, 5), 1.2).shape == (0, 5)
    assert squared(torch.zeros(0, 5)).shape == (0, 5)
    assert jittered(torch.zeros(0, 4), 0.1).shape == (0, 4)
