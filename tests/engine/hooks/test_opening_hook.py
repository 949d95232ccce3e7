"""A training opens with one screen; the rest is in its log file."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from helpers import make_tiny_coco
from mmengine.registry import RUNNERS, init_default_scope
from networks import tiny_config

from projects.smn.quiet import FOR_THE_FILE


def config(root: Path, folder: Path, **options):
    cfg = tiny_config(root)
    cfg.update(work_dir=str(folder), experiment_name=folder.parent.name, **options)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_scope = 'mmdet'
    return cfg


@pytest.fixture(scope='module', params=[False, True], ids=['short', 'verbose'])
def run(request, tmp_path_factory):
    """Of a training: what the terminal said, what is in the file, and whether all was asked for."""
    init_default_scope('mmdet')
    folder = tmp_path_factory.mktemp('opening')
    root = make_tiny_coco(folder / 'data')
    screen = io.StringIO()
    with redirect_stdout(screen):
        RUNNERS.build(config(root, folder / 'run', verbose=request.param)).train()
    (log,) = (folder / 'run').glob('*/*.log')
    return screen.getvalue(), log.read_text(), request.param


def test_the_terminal_has_a_screen_and_the_file_has_all(run):
    screen, log, verbose = run
    for beginning in ('System environment', 'Config:', 'Hooks will be executed'):
        assert beginning in log
        assert (beginning in screen) == verbose
    assert verbose or len(screen.splitlines()) < 40


def test_what_is_trained_is_said_in_both(run):
    for text in run[:2]:
        assert 'Labels to train on' in text
        (whole, learn) = re.search(
            r'([\d.]+) M parameters, of which ([\d.]+) M learn', text
        ).groups()
        assert float(learn) <= float(whole)
        assert re.search(r'training +1 epochs, \d+ steps of \d+ images; no validation', text)
        # The config gives the schedule no end.
        (steps,) = re.search(r'1 epochs, (\d+) steps', text).groups()
        assert f'CosineAnnealingLR until step {steps} ' in text
        assert re.search(r'device +cpu, \d+ threads', text)


def test_the_parts_make_the_whole(run):
    table = run[0][run[0].index('INFO - Training') :]
    lines = table[: table.index(' training ')].splitlines()
    whole, *parts = (float(re.search(r'([\d.]+) M', line)[1]) for line in lines if ' M' in line)
    assert sum(parts) == pytest.approx(whole, abs=0.01 * len(parts))


def test_errors_and_losses_are_for_the_screen():
    assert not any(re.match('Iter|Epoch|Nothing is labelled', start) for start in FOR_THE_FILE)
