"""The focal loss against its formula, and its gradient against autograd's."""

from __future__ import annotations

import mmcv.ops
import pytest
import torch
from operators import ours  # noqa: F401
from torch.nn.functional import binary_cross_entropy, one_hot

from projects.smn.ops.focal_loss import sigmoid_focal_loss, sigmoid_focal_loss_gradient

NONE = torch.zeros(0)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def samples(dtype=torch.float64):
    """Logits (40, 5) and labels (40,), of which 5 is the background."""
    return 3 * torch.randn(40, 5, dtype=dtype), torch.randint(6, (40,))


def plain(logits, labels, gamma: float, alpha: float) -> torch.Tensor:
    target = one_hot(labels, 6)[:, :5].to(logits)
    p = logits.sigmoid()
    wrong = (p - target).abs()
    share = target * alpha + (1 - target) * (1 - alpha)
    return share * wrong**gamma * binary_cross_entropy(p, target, reduction='none')


@pytest.mark.parametrize(('gamma', 'alpha'), [(2.0, 0.25), (0.0, 0.5), (1.5, 0.9)])
def test_it_is_the_formula_and_its_derivative(gamma, alpha):
    logits, labels = samples()
    logits.requires_grad_()
    expected = plain(logits, labels, gamma, alpha)
    torch.testing.assert_close(sigmoid_focal_loss(logits, labels, NONE, gamma, alpha), expected)
    expected.sum().backward()
    found = sigmoid_focal_loss_gradient(logits, labels, NONE, gamma, alpha)
    torch.testing.assert_close(found, logits.grad)


def test_weights_belong_to_labels_and_the_background_counts_once():
    logits, labels = samples()
    weight = torch.tensor([0.0, 1, 2, 3, 4], dtype=torch.float64)
    factors = torch.tensor([0.0, 1, 2, 3, 4, 1])[labels][:, None]
    for function in (sigmoid_focal_loss, sigmoid_focal_loss_gradient):
        expected = function(logits, labels, NONE, 2, 0.25) * factors
        torch.testing.assert_close(function(logits, labels, weight, 2, 0.25), expected)


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[-200.0, 200.0]])
    for label in (0, 1, 2):
        for function in (sigmoid_focal_loss, sigmoid_focal_loss_gradient):
            assert function(logits, torch.tensor([label]), NONE, 2.0, 0.25).isfinite().all()


@pytest.mark.usefixtures('ours')
@pytest.mark.parametrize('reduction', ['none', 'mean', 'sum'])
def test_mmcv_reduces_it(reduction):
    logits, labels = samples()
    logits.requires_grad_()
    expected = plain(logits, labels, 2.0, 0.25)
    expected = dict(none=expected, mean=expected.sum() / 40, sum=expected.sum())[reduction]
    loss = mmcv.ops.sigmoid_focal_loss(logits, labels, 2.0, 0.25, None, reduction)
    torch.testing.assert_close(loss, expected)
    (found,) = torch.autograd.grad(loss.sum(), logits)
    torch.testing.assert_close(found, torch.autograd.grad(expected.sum(), logits)[0])


@pytest.mark.usefixtures('ours')
def test_no_samples_give_a_zero():
    logits = torch.zeros(0, 5, requires_grad=True)
    loss = mmcv.ops.sigmoid_focal_loss(logits, torch.zeros(0).long(), 2.0, 0.25, None, 'sum')
    loss.backward()
    assert loss == 0
