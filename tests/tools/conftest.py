"""A small set of synthetic fruits and a network that was trained on it for a moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import DEMO, on, run


@pytest.fixture(scope='session')
def fruit(tmp_path_factory) -> Path:
    """Six images to train on, two each for validation and test."""
    out = tmp_path_factory.mktemp('data') / 'fruit'
    sizes = ('--train', 6, '--val', 2, '--test', 2, '--workers', 1)
    done = run('prepare/synthetic_fruit.py', '--out', out, *sizes)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope='session')
def trained(fruit, tmp_path_factory) -> Path:
    """The work dir of three training steps and a validation."""
    work = tmp_path_factory.mktemp('work')
    done = run('train.py', DEMO, '--work-dir', work, *on(fruit))
    assert done.returncode == 0, done.stderr[-2000:]
    return work
