"""Losses that the libraries lack."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from mmdet.registry import MODELS
from torch import nn

import projects.smn.models.losses  # noqa: F401  (registers them)

GRADES = 5


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def _ordinal(**options):
    return MODELS.build(dict(type='OrdinalCrossEntropyLoss', **options))


def _heatmap(**options):
    return MODELS.build(dict(type='HeatmapCrossEntropyLoss', **options))


def _grade_logits(grades, sharpness=2.0):
    return -sharpness * (torch.arange(GRADES) - grades[:, None]).float() ** 2


def _one_cell(count, height, width):
    targets = torch.zeros(count, height * width)
    targets[torch.arange(count), torch.randint(height * width, (count,))] = 1
    return targets.view(count, height, width)


@pytest.mark.parametrize(
    ('loss', 'shape', 'targets'),
    [
        (_ordinal, (0, GRADES), torch.zeros(0, dtype=torch.long)),
        (_heatmap, (0, 7, 9), torch.zeros(0, 7, 9)),
    ],
)
def test_nothing_gives_a_zero_that_is_connected_and_has_zero_gradient(loss, shape, targets):
    layer = nn.Linear(shape[-1], shape[-1])
    value = loss()(layer(torch.zeros(shape)), targets)
    assert value.item() == 0
    assert value.shape == ()
    value.backward()
    for parameter in layer.parameters():
        assert torch.equal(parameter.grad, torch.zeros_like(parameter))


@pytest.mark.parametrize('weight', [0.0, 0.5, 3.0])
def test_the_weight_is_a_factor(weight):
    logits, labels = torch.randn(6, GRADES), torch.randint(GRADES, (6,))
    maps, targets = torch.randn(4, 7, 9), _one_cell(4, 7, 9)
    for loss, args in ((_ordinal, (logits, labels)), (_heatmap, (maps, targets))):
        assert loss()(*args) > 0
        torch.testing.assert_close(loss(loss_weight=weight)(*args), weight * loss()(*args))


@pytest.mark.parametrize('weight', [1.0, 0.25])
@pytest.mark.parametrize('size', [(7, 9), (28, 28), (56, 56)])
def test_a_guess_of_a_keypoint_costs_the_weight_whatever_the_resolution(size, weight):
    value = _heatmap(loss_weight=weight)(torch.full((5, *size), 0.3), _one_cell(5, *size))
    assert value.item() == pytest.approx(weight, rel=1e-5)


def test_a_certain_heatmap_in_the_right_cell_costs_nothing_and_in_a_wrong_one_much():
    targets = _one_cell(3, 8, 8)
    assert _heatmap()(targets * 50, targets).item() == pytest.approx(0, abs=1e-6)
    assert _heatmap()(targets.roll(1, -1) * 50, targets) > 5


def test_the_heatmap_loss_is_cross_entropy_with_the_cells_as_classes():
    logits, targets = torch.randn(6, 5, 4), torch.rand(6, 20).softmax(-1).view(6, 5, 4)
    expected = nn.functional.cross_entropy(logits.flatten(1), targets.flatten(1)) / math.log(20)
    torch.testing.assert_close(_heatmap()(logits, targets), expected)


def test_the_heatmap_loss_is_least_where_the_softmax_is_the_target():
    targets = torch.rand(3, 20).softmax(-1).view(3, 5, 4)
    logits = targets.log().requires_grad_()
    _heatmap()(logits, targets).backward()
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), atol=1e-7, rtol=0)


@pytest.mark.parametrize('sharpness', [0.5, 2.0, 10.0])
def test_a_perfect_grade_costs_nothing_and_has_no_gradient(sharpness):
    grades = torch.arange(GRADES)
    logits = _grade_logits(grades, sharpness).add(1.5).requires_grad_()
    loss = _ordinal(sharpness=sharpness)(logits, grades)
    assert loss.item() == pytest.approx(0, abs=1e-6)
    loss.backward()
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), atol=1e-6, rtol=0)


@pytest.mark.parametrize('label', range(GRADES))
def test_the_loss_grows_with_the_distance_of_the_grade(label):
    guesses = torch.arange(GRADES)
    losses = [
        _ordinal()(_grade_logits(guess[None]), torch.tensor([label])).item() for guess in guesses
    ]
    for side in (losses[label:], losses[label::-1]):
        assert all(near < far for near, far in pairwise(side))


def test_no_prediction_costs_less_than_nothing():
    losses = [
        _ordinal()(torch.randn(1, GRADES) * 5, torch.randint(GRADES, (1,))).item()
        for _ in range(50)
    ]
    assert min(losses) > 0


def test_a_sharp_ordinal_loss_is_cross_entropy():
    logits, labels = torch.randn(9, GRADES), torch.randint(GRADES, (9,))
    expected = nn.functional.cross_entropy(logits, labels)
    torch.testing.assert_close(_ordinal(sharpness=40.0)(logits, labels), expected)


def test_the_ordinal_loss_is_the_mean_over_the_objects():
    logits, labels = torch.randn(4, GRADES), torch.randint(GRADES, (4,))
    single = [_ordinal()(logits[i : i + 1], labels[i : i + 1]) for i in range(4)]
    torch.testing.assert_close(_ordinal()(logits, labels), torch.stack(single).mean())


def test_a_column_of_labels_far_off_stays_finite():
    logits = (torch.eye(GRADES) * 1e4).requires_grad_()
    loss = _ordinal()(logits, torch.arange(GRADES).flip(0))
    loss.backward()
    assert loss.isfinite()
    assert logits.grad.isfinite().all()


def _mask_dice(**options):
    return MODELS.build(dict(type='MaskDiceLoss', **options))


def _random_masks(count=4, classes=2, size=8):
    logits = torch.randn(count, classes, size, size)
    return logits, (torch.rand(count, size, size) > 0.8).float(), torch.arange(count) % classes


def test_mask_loss_without_dice_is_that_of_mask_rcnn():
    logits, targets, channels = _random_masks()
    stock = MODELS.build(dict(type='CrossEntropyLoss', use_mask=True))
    expected = stock(logits, targets, channels)
    torch.testing.assert_close(_mask_dice(dice_weight=0)(logits, targets, channels), expected[0])


def test_dice_part_is_one_minus_the_dice_metric_for_sure_predictions():
    logits, targets, channels = _random_masks()
    sure = torch.where(logits > 0, 100.0, -100.0)
    parts = _mask_dice(dice_weight=1)(sure, targets, channels)
    parts = parts - _mask_dice(dice_weight=0)(sure, targets, channels)
    found = sure[torch.arange(4), channels] > 0
    both = (found * targets).sum((1, 2))
    # The one avoids nothing of nothing.
    dice = (2 * both + 1) / (found.sum((1, 2)) + targets.sum((1, 2)) + 1)
    torch.testing.assert_close(parts, (1 - dice).mean(), rtol=0, atol=1e-4)


def test_a_perfect_mask_costs_nothing_and_an_empty_label_is_allowed():
    _, targets, channels = _random_masks()
    targets[0] = 0
    logits = ((targets * 2 - 1) * 100)[:, None].repeat(1, 2, 1, 1)
    assert _mask_dice()(logits, targets, channels).item() == pytest.approx(0, abs=1e-6)


def test_mask_loss_ignores_the_maps_of_other_classes():
    logits, targets, channels = _random_masks()
    logits.requires_grad_()
    _mask_dice()(logits, targets, channels).backward()
    assert not logits.grad[torch.arange(4), 1 - channels].any()
    assert logits.grad[torch.arange(4), channels].any()
