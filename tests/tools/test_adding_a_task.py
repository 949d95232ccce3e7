"""A task is added by config and labels alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import DEMO, ROOT, on, run


@pytest.fixture(scope='module')
def labelled(fruit, tmp_path_factory) -> Path:
    """The synthetic fruits with two more labels."""
    root = tmp_path_factory.mktemp('more') / 'fruit'
    shutil.copytree(fruit, root)
    for path in (root / 'annotations').iterdir():
        content = json.loads(path.read_text())
        for number, annotation in enumerate(content['annotations']):
            annotation.setdefault('attributes', {}).update(
                colour=('light', 'dark')[number % 2], width=annotation['bbox'][2] / 2
            )
        path.write_text(json.dumps(content))
    return root


@pytest.fixture
def leaf(tmp_path) -> Path:
    path = tmp_path / 'leaf.py'
    path.write_text(
        f'_base_ = {str(DEMO)!r}\n'
        'tasks = dict(\n'
        "    colour=dict(type='ClassificationTask', classes=('light', 'dark')),\n"
        "    width=dict(type='RegressionTask', of='cucumber', unit='mm', mean=40.0, std=20.0),\n"
        ')\n'
    )
    return path


def assert_learned(done: subprocess.CompletedProcess, work: Path, *tasks: str) -> None:
    assert done.returncode == 0, done.stderr[-2000:]
    log = next(work.glob('*/*.log')).read_text()
    for task in tasks:
        assert f'loss_{task}: ' in log  # trained
        assert f'| {task} ' in log  # measured


LOG_EACH_STEP = 'default_hooks.logger.interval=1'


def test_by_a_leaf_config(leaf, labelled, tmp_path):
    done = run('train.py', leaf, '--work-dir', tmp_path / 'work', *on(labelled), LOG_EACH_STEP)
    assert_learned(done, tmp_path / 'work', 'colour', 'width', 'length')


def test_by_cfg_options(labelled, tmp_path):
    options = [
        'tasks.colour.type=ClassificationTask',
        'tasks.colour.classes=light,dark',
        'tasks.width.type=RegressionTask',
        'tasks.width.mean=40.0',
        'tasks.width.std=20.0',
    ]
    work = tmp_path / 'work'
    done = run('train.py', DEMO, '--work-dir', work, *on(labelled), LOG_EACH_STEP, *options)
    assert_learned(done, work, 'colour', 'width', 'length')


def test_through_mim(leaf, labelled, tmp_path):
    mim = Path(sys.executable).with_name('mim')
    command = [mim, 'train', 'onedl-mmdetection', leaf, '--work-dir', tmp_path / 'work']
    done = subprocess.run(
        [*map(str, command), *on(labelled), LOG_EACH_STEP],
        cwd=ROOT.parent,  # not the checkout: the project must be installed
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert_learned(done, tmp_path / 'work', 'colour', 'width', 'length')
