"""Several configs side by side."""

from __future__ import annotations

import csv

import pytest
from command_line import DEMO, on, run
from compare import words_after


@pytest.mark.long
def test_configs_are_trained_once_and_put_into_one_table(fruit, tmp_path):
    leaf = tmp_path / 'boxes.py'
    without = ', '.join(f'{t}=None' for t in ('mask', 'spine', 'ends', 'neck', 'rating', 'length'))
    leaf.write_text(f"_base_ = '{DEMO}'\ntasks = dict({without})\n")
    work = tmp_path / 'work'
    command = ('compare.py', DEMO, leaf, '--work-dir', work, *on(fruit))
    done = run(*command, "model.balancer.type='UncertaintyWeighting'")
    assert done.returncode == 0, done.stderr[-2000:]
    assert '| boxes ' in done.stdout
    rows = list(csv.DictReader((work / 'table.csv').open(newline='')))
    assert [row['config'] for row in rows] == [DEMO.stem, 'boxes']
    full, boxes = rows
    assert float(full['parameters (M)']) > float(boxes['parameters (M)'])
    assert full['neck/accuracy'] != ''
    assert boxes['neck/accuracy'] == ''
    checkpoint = work / 'boxes' / 'epoch_1.pth'
    before = checkpoint.stat().st_mtime_ns
    assert run(*command, "model.balancer.type='UncertaintyWeighting'").returncode == 0
    assert checkpoint.stat().st_mtime_ns == before


def test_configs_of_the_same_name_are_refused(tmp_path):
    done = run('compare.py', DEMO, DEMO, '--work-dir', tmp_path)
    assert done.returncode == 2
    assert DEMO.stem in done.stderr


def test_the_flags_after_the_options_are_not_passed_on():
    words = ['compare.py', 'a.py', '--cfg-options', 'x=1', 'y=2', '--jobs', '2']
    assert words_after(words, '--cfg-options') == ['--cfg-options', 'x=1', 'y=2']
    assert words_after(words[:2], '--cfg-options') == []
