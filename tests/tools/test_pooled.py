"""What several trainings say together."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from _pooled import agreement, draw_curve, mean_and_spread, sum_matrices, written
from PIL import Image
from scipy.stats import pearsonr


def test_a_mean_has_the_spread_of_the_sample():
    assert mean_and_spread([0.2, 0.4, 0.6]) == pytest.approx((0.4, 0.2))
    assert written([0.2, 0.4, 0.6]) == '0.400 ± 0.200'
    assert written([0.2]) == '0.200'


def test_what_was_not_measured_is_left_out():
    assert mean_and_spread([None, float('nan'), 0.5]) == (0.5, 0.0)
    assert written([None]) == ''


def write_matrix(folder, rows):
    folder.mkdir(parents=True)
    with (folder / 'confusion_grade.csv').open('w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['true / predicted', 'A', 'B'])
        writer.writerows([[name, *row] for name, row in zip('AB', rows, strict=True)])


def test_matrices_of_all_folds_are_summed(tmp_path):
    write_matrix(tmp_path / 'a', [[3, 1], [0, 2]])
    write_matrix(tmp_path / 'b', [[1, 0], [5, 1]])
    sums = sum_matrices([tmp_path / 'a', tmp_path / 'b'], tmp_path / 'all')
    assert sums['grade'].tolist() == [[4, 1], [5, 3]]
    assert (tmp_path / 'all' / 'confusion_grade.csv').read_text().splitlines()[1] == 'A,4,1'


def test_agreement_of_grades():
    matrix = np.array([[5, 2, 0], [1, 6, 1], [1, 1, 8]])
    found = agreement(matrix, ordinal=True)
    assert found['accuracy'] == pytest.approx(19 / 25)
    assert found['within_1'] == pytest.approx(24 / 25)
    true, predicted = np.indices(matrix.shape).reshape(2, -1).repeat(matrix.ravel(), axis=1)
    # Fleiss and Cohen 1973: with quadratic weights, close to the correlation of the grades.
    assert found['kappa'] == pytest.approx(pearsonr(true, predicted)[0], abs=0.02)
    assert agreement(matrix, ordinal=False)['kappa'] < found['kappa']


def test_a_curve_is_a_small_picture(tmp_path):
    runs = dict(net={10: [{'mask/mAP': 0.3}, {'mask/mAP': 0.4}], 20: [{'mask/mAP': 0.6}]})
    draw_curve(tmp_path / 'curve.png', runs, ['mask/mAP', 'box/mAP'])
    assert Image.open(tmp_path / 'curve.png').size[0] > 400
    assert (tmp_path / 'curve.png').stat().st_size < 100_000
