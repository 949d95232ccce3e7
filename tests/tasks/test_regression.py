"""Regression labels, and the coding of what the network predicts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from helpers import CLASSES

from projects.smn.errors import UserError
from projects.smn.tasks import RegressionTask


def task(**options):
    return RegressionTask(name='length', dataset_classes=CLASSES, **options)


def test_the_source_is_the_name_unless_it_is_given():
    annotation = dict(attributes=dict(length=3, Length_mm=4))
    assert task().find_label(annotation) == 3
    assert task(source='Length_mm').find_label(annotation) == 4
    assert task(source='width').find_label(annotation) is None
    assert task().find_label({}) is None


def test_attributes_must_map_names():
    with pytest.raises(UserError, match='`attributes` must map'):
        task().find_label(dict(attributes=[3]))


def test_zero_is_a_label_and_an_empty_text_is_none():
    assert task().parse_label(0) == 0
    assert task().parse_label('12.5') == 12.5
    assert math.isnan(task().parse_label(''))


@pytest.mark.parametrize('label', ['long', '1,5', [1], {}, float('nan'), 'inf', '-inf'])
def test_what_is_no_finite_number_is_refused(label):
    with pytest.raises(UserError, match='number'):
        task().parse_label(label)


def test_a_logarithm_needs_positive_labels():
    for label in (0, -2):
        assert task().parse_label(label) == label
        with pytest.raises(UserError, match='log_box'):
            task(encoding='log_box').parse_label(label)


@pytest.mark.parametrize('std', [0, -1.0])
def test_std_must_be_positive(std):
    with pytest.raises(UserError, match=r"'length'.*std must be positive"):
        task(std=std)


def test_an_unknown_encoding_is_refused():
    with pytest.raises(UserError, match=r"'length'.*'linear' or 'log_box'"):
        task(encoding='log')


values = torch.tensor([0.5, 20.0, 181.5, 3000.0])


def boxes(*diagonals):
    """Boxes (N, 4) of these diagonals."""
    sides = torch.tensor(diagonals)[:, None] * torch.tensor([0.6, 0.8])
    return torch.cat([torch.full_like(sides, 40), 40 + sides], 1)


BOXES = boxes(10.0, 300.0, 25.0, 640.0)


@pytest.mark.parametrize('encoding', ['linear', 'log_box'])
def test_decoding_inverts_encoding(encoding):
    coder = task(encoding=encoding, mean=0.7, std=0.2)
    outputs = coder.encode(values, BOXES)
    assert outputs.shape == (4, coder.num_outputs)
    torch.testing.assert_close(coder.decode(outputs, BOXES)['length'], values)


def test_linear_encoding_is_the_z_score_and_ignores_the_box():
    coder = task(mean=180.0, std=45.0)
    encoded = coder.encode(torch.tensor([180.0, 225.0]), boxes(1.0, 99.0))
    assert encoded.tolist() == [[0], [1]]


def test_log_box_encoding_depends_only_on_the_ratio_to_the_box():
    coder = task(encoding='log_box', mean=0.3, std=0.1)
    torch.testing.assert_close(coder.encode(values, BOXES), coder.encode(7 * values, 7 * BOXES))


@pytest.mark.parametrize('encoding', ['linear', 'log_box'])
def test_not_labelled_stays_not_labelled(encoding):
    nothing = torch.tensor([float('nan')])
    assert task(encoding=encoding).encode(nothing, boxes(5.0)).isnan().all()


def test_decoding_nonsense_stays_finite():
    coder = task(encoding='log_box', mean=0.0, std=100.0)
    decoded = coder.decode(torch.tensor([[1e6], [-1e6]]), boxes(1e4, 1e-4))
    assert decoded['length'].isfinite().all()


@pytest.mark.parametrize('to', [np.asarray, torch.tensor])
def test_only_a_number_is_a_label(to):
    fields = dict(length=to([0.0, float('nan'), -1.0]))
    assert task().labelled(fields).tolist() == [True, False, True]


def test_an_empty_label_says_nothing():
    assert not task().is_labelled(task().parse_label(''))
    assert task().is_labelled(task().parse_label(0))


def test_without_mean_and_std_both_follow_from_the_labels():
    values, boxes = torch.tensor([10.0, 20.0, 60.0]), torch.tensor([[0.0, 0.0, 3.0, 4.0]] * 3)
    found = task().options_of_labels(values, boxes)
    assert found == pytest.approx(dict(mean=30.0, std=values.std(correction=0).item()), rel=1e-5)
    encoded = task(encoding='log_box', **task(encoding='log_box').options_of_labels(values, boxes))
    targets = encoded.encode(values, boxes)
    assert targets.mean().item() == pytest.approx(0, abs=1e-5)
    assert targets.std(correction=0).item() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize('values', [[], [4.0], [4.0, 4.0], [0.1] * 3, [12.345678] * 7])
def test_labels_without_a_spread_have_a_std_of_one(values):
    boxes = torch.ones(len(values), 4)
    values = torch.tensor(values, dtype=torch.float64)
    found = task().options_of_labels(values, boxes)
    assert found['std'] == 1.0
    assert task(**found).encode(values, boxes).abs().sum() < 1e-5


@pytest.mark.parametrize('values', [[1_000_001.0, 1_000_003.0], [1e-7, 3e-7], [-2001.5, -2001.4]])
def test_labels_far_from_zero_are_encoded_around_it(values):
    values, boxes = torch.tensor(values, dtype=torch.float64), torch.ones(2, 4)
    targets = task(**task().options_of_labels(values, boxes)).encode(values, boxes)
    assert targets.flatten().tolist() == pytest.approx([-1, 1], abs=1e-3)


@pytest.mark.parametrize(
    'options',
    [
        dict(mean=math.nan, std=1.0),
        dict(mean=0.0, std=math.inf),
        dict(mean=0.0, std=math.nan),
        dict(mean='a', std=1.0),
    ],
)
def test_mean_and_std_are_numbers(options):
    with pytest.raises(UserError, match='must be a number, not'):
        task(**options)


def test_mean_and_std_go_together():
    with pytest.raises(UserError, match='both mean and std'):
        task(mean=3.0)
