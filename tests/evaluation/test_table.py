"""The one table that a run prints."""

from __future__ import annotations

import pytest

from projects.smn.evaluation import metrics_table

NAN = float('nan')


def _cells(metrics):
    lines = metrics_table(metrics).splitlines()
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    return [rows[0], *rows[2:]]


def test_tasks_go_down_and_metrics_across_with_matched_last():
    header, *rows = _cells({'bbox/mAP': 0.5, 'bbox/matched': 0.75, 'length/MAE': 2.25})
    assert header == ['task', 'mAP', 'MAE', 'matched']
    assert rows == [['bbox', '0.500', '', '0.750'], ['length', '', '2.250', '']]


def test_a_metric_that_several_tasks_have_is_one_column():
    header, *rows = _cells({'a/Dice': 0.1, 'a/mAP': 0.2, 'b/mAP': 0.3, 'b/Dice': 0.4})
    assert header[1:3] == ['Dice', 'mAP']
    assert [row[:3] for row in rows] == [['a', '0.100', '0.200'], ['b', '0.400', '0.300']]


def test_a_name_does_not_end_its_cell():
    row = metrics_table({'size:a|b/recall': 1.0}).splitlines()[-1]
    assert row.startswith('| size:a\\|b | 1.000')


def test_counts_are_whole_numbers():
    _, row = _cells({'size:small/recall': 1.0, 'size:small/labels': 7.0})
    assert row == ['size:small', '1.000', '7']


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        (NAN, '-'),
        (0.0, '0.000'),
        (1, '1.000'),
        (-0.25, '-0.250'),
        (12.345, '12.3'),
        (-98.7, '-98.7'),
    ],
)
def test_numbers_are_short_and_what_was_not_measured_is_a_dash(value, text):
    assert _cells({'task/metric': value})[1][1] == text


def test_details_and_names_without_a_task_are_left_out():
    names = ('mAP_s', 'mAP_m', 'mAP_l', 'mAP_75', 'OKS_AP_50', 'OKS_AP_75')
    metrics = {'lr': 0.1, 'bbox/mAP': 0.5, **{f'bbox/{name}': 0.2 for name in names}}
    assert _cells(metrics) == [['task', 'mAP'], ['bbox', '0.500']]


def test_no_metrics_are_a_header_alone():
    assert _cells({}) == [['task']]
