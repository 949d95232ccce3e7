"""Several configs side by side, and curves of a log."""

from __future__ import annotations

import csv

import cv2
from command_line import DEMO, on, run


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


def write_log(work_dir, *lines: str) -> None:
    folder = work_dir / '20260101_000000' / 'vis_data'
    folder.mkdir(parents=True)
    (folder / 'scalars.json').write_text('\n'.join(lines))


def test_curves_of_a_log_are_drawn(tmp_path):
    write_log(tmp_path / 'run', '{"weight/a": 1.0, "step": 50}', '{"weight/a": 0.5, "step": 100}')
    done = run('plot_log.py', tmp_path / 'run', '--out', tmp_path / 'out' / 'curves.png')
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(tmp_path / 'out' / 'curves.png')) is not None


def test_keys_that_a_log_lacks_are_named_with_those_it_has(tmp_path):
    write_log(tmp_path / 'run', '{"loss": 1.0, "step": 50}')
    done = run('plot_log.py', tmp_path / 'run', '--out', tmp_path / 'curves.png')
    assert done.returncode == 2
    assert "'weight/'" in done.stderr
    assert "'loss'" in done.stderr
