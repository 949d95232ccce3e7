"""``tools/benchmark_data.py`` measures what it says on a small set."""

from __future__ import annotations

import sys

import pytest
from command_line import ROOT

from projects.smn.errors import UserError

sys.path.insert(0, str(ROOT / 'tools'))
import benchmark_data


def test_reading_and_evaluating_are_measured(monkeypatch, capsys):
    # In this process: another one takes seconds to import all.
    monkeypatch.setattr(benchmark_data, 'in_a_process', lambda job, *args: (job(*args), 0.5))
    benchmark_data.main(['--images', '120', '--boxes', '300', '--classes', '2', '5'])
    printed = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split('|')[1:3]] for line in printed.splitlines()]
    assert rows[2:6] == [['2', 'read'], ['2', 'evaluate'], ['5', 'read'], ['5', 'evaluate']]
    assert '120 images, 300 boxes' in printed


def test_no_images_are_no_set():
    with pytest.raises(UserError, match='must be 1 or more'):
        benchmark_data.main(['--images', '0'])
