"""The loss of semantic maps: what is not labelled counts nowhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from projects.smn.models import DiceCrossEntropyLoss
from projects.smn.tasks import IGNORED

CLASSES = 4


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def logits_and_targets(share=0.3):
    """A batch of which a share of the pixels is not labelled; class 3 does not occur."""
    logits = torch.randn(2, CLASSES, 6, 7)
    targets = torch.randint(CLASSES - 1, (2, 6, 7))
    targets[torch.rand(2, 6, 7) < share] = IGNORED
    return logits, targets


def certain(targets, sharpness=50.0):
    """Logits that say what the labels say, and class 0 where there is none."""
    known = torch.where(targets == IGNORED, 0, targets)
    return sharpness * torch.nn.functional.one_hot(known, CLASSES).movedim(-1, 1).float()


def by_hand(logits, targets, dice_weight=1.0, class_weight=None):
    """The same in NumPy, pixel by pixel and class by class."""
    logits, targets = logits.double().numpy(), targets.numpy()
    weights = np.ones(CLASSES) if class_weight is None else np.array(class_weight)
    entropies, scores, true = [], [], []
    for image, labels in zip(logits, targets, strict=True):
        for y, x in zip(*np.nonzero(labels != IGNORED), strict=True):
            exponentials = np.exp(image[:, y, x] - image[:, y, x].max())
            scores.append(exponentials / exponentials.sum())
            true.append(labels[y, x])
            entropies.append(-np.log(scores[-1][true[-1]]) * weights[true[-1]])
    scores, true = np.array(scores), np.array(true)
    dice = []
    for index in np.unique(true):
        both = scores[true == index, index].sum()
        dice.append(2 * both / (scores[:, index].sum() + (true == index).sum()))
    return np.mean(entropies) + dice_weight * (1 - np.mean(dice))


@pytest.mark.parametrize('share', [0.0, 0.3, 0.95])
@pytest.mark.parametrize(
    'options', [{}, dict(dice_weight=0.0), dict(dice_weight=2.5), dict(class_weight=[1, 4, 0.5, 2])]
)
def test_it_is_what_an_independent_computation_gives(share, options):
    logits, targets = logits_and_targets(share)
    got = DiceCrossEntropyLoss(**options)(logits, targets)
    assert got.item() == pytest.approx(by_hand(logits, targets, **options), rel=1e-5)


def test_a_perfect_prediction_costs_nothing_and_a_wrong_one_much():
    _, targets = logits_and_targets()
    assert DiceCrossEntropyLoss()(certain(targets), targets).item() == pytest.approx(0, abs=1e-6)
    wrong = certain(torch.where(targets == IGNORED, targets, (targets + 1) % CLASSES))
    assert DiceCrossEntropyLoss()(wrong, targets) > 10


def test_unlabelled_pixels_have_exactly_zero_gradient():
    logits, targets = logits_and_targets()
    logits.requires_grad_()
    DiceCrossEntropyLoss()(logits, targets).backward()
    unlabelled = (targets == IGNORED)[:, None].expand_as(logits)
    assert not logits.grad[unlabelled].any()
    assert (logits.grad[~unlabelled] != 0).all()


@pytest.mark.parametrize('amount', [1.0, 1e4])
def test_what_is_said_of_unlabelled_pixels_changes_nothing(amount):
    logits, targets = logits_and_targets()
    other = torch.where((targets == IGNORED)[:, None], torch.randn_like(logits) * amount, logits)
    loss = DiceCrossEntropyLoss()
    assert not torch.equal(logits, other)
    torch.testing.assert_close(loss(other, targets), loss(logits, targets), rtol=1e-6, atol=0)


def test_an_unlabelled_image_beside_others_changes_nothing():
    logits, targets = logits_and_targets()
    more = torch.cat([logits, torch.randn(1, CLASSES, 6, 7)])
    unlabelled = torch.cat([targets, torch.full((1, 6, 7), IGNORED)])
    loss = DiceCrossEntropyLoss()
    torch.testing.assert_close(loss(more, unlabelled), loss(logits, targets), rtol=1e-6, atol=0)


def test_a_rare_class_counts_in_the_dice_part_as_much_as_a_common_one():
    targets = torch.zeros(1, 20, 20, dtype=torch.long)
    targets[0, 0, 0] = 1
    missed = DiceCrossEntropyLoss()(certain(torch.zeros_like(targets)), targets)
    entropy = DiceCrossEntropyLoss(dice_weight=0.0)(certain(torch.zeros_like(targets)), targets)
    assert (missed - entropy).item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize('images', [0, 2])
@pytest.mark.parametrize('size', [(6, 7), (3, 4)])
def test_nothing_labelled_is_a_zero_that_is_connected_and_has_zero_gradient(images, size):
    weight = torch.ones(1, requires_grad=True)
    value = DiceCrossEntropyLoss()(
        torch.randn(images, CLASSES, *size) * weight, torch.full((images, 6, 7), IGNORED)
    )
    assert value.shape == ()
    assert value.item() == 0
    value.backward()
    assert weight.grad.item() == 0


@pytest.mark.parametrize('weight', [0.0, 0.5, 3.0])
def test_the_weight_is_a_factor(weight):
    logits, targets = logits_and_targets()
    expected = weight * DiceCrossEntropyLoss()(logits, targets)
    got = DiceCrossEntropyLoss(loss_weight=weight)(logits, targets)
    torch.testing.assert_close(got, expected)
