"""Curves of a log."""

from __future__ import annotations

import cv2
from command_line import run


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
