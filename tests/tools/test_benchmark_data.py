"""``tools/benchmark_data.py`` measures what it says on a small set."""

from __future__ import annotations

from command_line import run


def test_reading_and_evaluating_are_measured():
    done = run('benchmark_data.py', '--images', 12, '--boxes', 30, '--classes', 3)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split('|')[1:3]] for line in done.stdout.splitlines()]
    assert rows[2:4] == [['3', 'read'], ['3', 'evaluate']]
    assert '12 images, 30 boxes' in done.stdout


def test_no_images_are_no_set():
    done = run('benchmark_data.py', '--images', 0)
    assert done.returncode == 2
    assert done.stderr == 'error: --images, --boxes and --classes must be 1 or more\n'
