"""Several configs side by side."""

from __future__ import annotations

import csv
import json

import pytest
from command_line import DEMO, on, run
from compare import read_clock, words_after
from mmengine.config import Config

from projects.smn.errors import UserError


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


def test_options_are_passed_on_however_they_are_spelled():
    words = ['a.py', '--cfg-options=x=1', 'y=2', '--jobs=2', '--cfg-options', 'z=3', '--jobs', '2']
    assert words_after(words, '--cfg-options') == ['--cfg-options', 'x=1', 'y=2', 'z=3']


def test_a_folder_of_another_config_is_not_taken_for_done(tmp_path):
    first, second = (Config(dict(lr=lr)) for lr in (0.1, 0.2))
    clock = read_clock(tmp_path, first)
    (tmp_path / 'training.json').write_text(json.dumps(dict(clock, done=True)))
    assert read_clock(tmp_path, first)['done']
    with pytest.raises(UserError, match='another config or other options'):
        read_clock(tmp_path, second)
