"""Keypoints to heatmaps and back."""

from __future__ import annotations

import pytest
import torch
from mmdet.registry import TASK_UTILS

import projects.smn.models.task_modules  # noqa: F401  (registers the codec)

SIZES = [(56, 56), (28, 28), (24, 40)]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(params=SIZES, ids=str)
def codec(request):
    return TASK_UTILS.build(dict(type='RoIHeatmapCodec', size=request.param))


def _rois(count):
    corners = torch.rand(count, 2) * 300 - 50
    return torch.cat([corners, corners + 20 + torch.rand(count, 2) * 200], 1)


def _points(codec, rois, count, border):
    """Points (R, K, 2) anywhere in the RoIs, but not within ``border`` cells of the outline."""
    size = torch.tensor([codec.width, codec.height])
    cells = border + torch.rand(len(rois), count, 2) * (size - 2 * border)
    return rois[:, None, :2] + cells * _cell_size(codec, rois)


def _cell_size(codec, rois):
    """Pixels per cell, (R, 1, 2)."""
    size = torch.tensor([codec.width, codec.height])
    return ((rois[:, 2:] - rois[:, :2]) / size)[:, None]


def _encode(codec, points, rois):
    return codec.encode(points, torch.ones(points.shape[:2], dtype=torch.bool), rois)


def _round_trip(codec, points, rois):
    return codec.decode((_encode(codec, points, rois)[0] + 1e-9).log(), rois)


def test_points_a_cell_inside_come_back_exactly(codec):
    rois = _rois(50)
    points = _points(codec, rois, 7, border=1)
    decoded, scores = _round_trip(codec, points, rois)
    torch.testing.assert_close(decoded, points, atol=1e-3, rtol=0)
    torch.testing.assert_close(scores, torch.ones(50, 7), atol=1e-4, rtol=0)


def test_points_anywhere_come_back_within_half_a_cell(codec):
    rois = _rois(50)
    points = _points(codec, rois, 7, border=0)
    corners = rois.view(-1, 2, 2)
    points = torch.cat([points, corners], 1)
    decoded, _ = _round_trip(codec, points, rois)
    errors = (decoded - points).abs() / _cell_size(codec, rois)
    assert errors.max() <= 0.5 + 1e-3
    assert errors[:, -2:].min() > 0.4  # at the very corner it cannot be better


def test_targets_are_distributions_over_at_most_four_cells(codec):
    rois = _rois(20)
    size = (rois[:, 2:] - rois[:, :2])[:, None]
    points = rois[:, None, :2] + (torch.rand(20, 6, 2) * 3 - 1) * size  # also outside
    targets, _ = _encode(codec, points, rois)
    assert targets.shape == (20, 6, codec.height, codec.width)
    assert targets.min() >= 0
    assert (targets > 0).flatten(2).sum(-1).max() <= 4
    torch.testing.assert_close(targets.sum((-2, -1)), torch.ones(20, 6))


def test_a_point_at_the_centre_of_a_cell_lies_in_this_cell_alone(codec):
    rois = torch.tensor([[0.0, 0.0, codec.width, codec.height]])
    targets, _ = _encode(codec, torch.tensor([[[3.5, 8.5]]]), rois)
    expected = torch.zeros(codec.height, codec.width)
    expected[8, 3] = 1
    torch.testing.assert_close(targets[0, 0], expected)


def test_points_are_valid_inside_the_roi_and_its_outline_and_nowhere_else(codec):
    rois = torch.tensor([[10.0, 20.0, 110.0, 80.0]])
    inside = [[10, 20], [110, 80], [10, 80], [60, 50]]
    outside = [[9, 50], [111, 50], [60, 19], [60, 81], [0, 0], [1e4, 1e4]]
    _, valid = _encode(codec, torch.tensor([inside + outside]).float(), rois)
    assert valid.tolist() == [[True] * len(inside) + [False] * len(outside)]


def test_points_without_a_label_are_not_valid(codec):
    rois = _rois(10)
    visible = torch.rand(10, 4) < 0.5
    _, valid = codec.encode(_points(codec, rois, 4, border=0.1), visible, rois)
    assert torch.equal(valid, visible)


def test_targets_do_not_change_when_rois_and_points_move_and_grow_together(codec):
    rois = _rois(10)
    points = _points(codec, rois, 3, border=0.5)
    scale, shift = torch.tensor([2.0, 0.5]), torch.tensor([37.0, -11.0])
    moved = rois * scale.repeat(2) + shift.repeat(2)
    first, _ = _encode(codec, points, rois)
    second, _ = _encode(codec, points * scale + shift, moved)
    torch.testing.assert_close(first, second, atol=1e-4, rtol=0)


def test_decoded_points_move_and_grow_with_the_rois(codec):
    rois, logits = _rois(10), torch.randn(10, 3, codec.height, codec.width)
    scale, shift = torch.tensor([2.0, 0.5]), torch.tensor([37.0, -11.0])
    points, scores = codec.decode(logits, rois)
    moved, same = codec.decode(logits, rois * scale.repeat(2) + shift.repeat(2))
    torch.testing.assert_close(moved, points * scale + shift, atol=1e-3, rtol=1e-5)
    assert torch.equal(scores, same)


def test_a_batch_equals_its_rois_one_by_one(codec):
    rois = _rois(6)
    points = _points(codec, rois, 3, border=0)
    logits = torch.randn(6, 3, codec.height, codec.width)
    visible = torch.rand(6, 3) < 0.7
    _assert_one_by_one(codec.encode, points, visible, rois)
    _assert_one_by_one(codec.decode, logits, rois)


def _assert_one_by_one(function, *batch):
    singles = [function(*one) for one in zip(*(t.split(1) for t in batch), strict=True)]
    for whole, *parts in zip(function(*batch), *singles, strict=True):
        torch.testing.assert_close(whole, torch.cat(parts))


@pytest.mark.parametrize(('rois', 'points'), [(0, 3), (2, 0), (0, 0)])
def test_nothing_is_encoded_and_decoded_as_nothing(codec, rois, points):
    maps, valid = _encode(codec, torch.zeros(rois, points, 2), torch.zeros(rois, 4))
    assert maps.shape == (rois, points, codec.height, codec.width)
    assert valid.shape == (rois, points)
    decoded, scores = codec.decode(maps, torch.zeros(rois, 4))
    assert decoded.shape == (rois, points, 2)
    assert scores.shape == (rois, points)


def test_a_roi_without_area_gives_finite_points_at_its_place(codec):
    rois = torch.tensor([[5.0, 6.0, 5.0, 6.0]])
    points, _ = codec.decode(torch.randn(1, 2, codec.height, codec.width), rois)
    torch.testing.assert_close(points, torch.tensor([[[5.0, 6.0]] * 2]), atol=1e-2, rtol=0)
    targets, _ = _encode(codec, torch.tensor([[[5.0, 6.0]]]), rois)
    assert targets.isfinite().all()


def test_a_second_weaker_peak_far_off_does_not_pull_the_point(codec):
    rois = torch.tensor([[0.0, 0.0, codec.width, codec.height]])
    near, far = torch.tensor([[[5.5, 5.5]]]), torch.tensor([[[18.5, 18.5]]])
    mixture = 0.6 * _encode(codec, near, rois)[0] + 0.4 * _encode(codec, far, rois)[0]
    points, scores = codec.decode((mixture + 1e-9).log(), rois)
    torch.testing.assert_close(points, near, atol=1e-3, rtol=0)
    torch.testing.assert_close(scores, torch.tensor([[0.6]]), atol=1e-3, rtol=0)


def test_decoding_is_differentiable(codec):
    logits = torch.randn(2, 3, codec.height, codec.width, requires_grad=True)
    points, _ = codec.decode(logits, _rois(2))
    points.sum().backward()
    assert logits.grad.isfinite().all()
    assert logits.grad.abs().sum() > 0
