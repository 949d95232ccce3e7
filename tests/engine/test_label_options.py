"""What the config leaves to the labels: found in training, kept in the checkpoint."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from helpers import TASKS, make_tiny_coco, read_coco
from mmengine.config import Config
from mmengine.registry import RUNNERS, init_default_scope
from networks import tiny_config

from projects.smn.engine import Predictor
from projects.smn.engine.label_options import current_options
from projects.smn.errors import UserError


def config(root, folder, **length):
    tasks = copy.deepcopy(TASKS)
    tasks['length'] = dict(type='RegressionTask', unit='mm', of=('fruit',), **length)
    cfg = tiny_config(root, tasks)
    cfg.update(work_dir=str(folder), experiment_name=folder.name, log_level='ERROR')
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.default_scope = 'mmdet'
    return cfg


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    init_default_scope('mmdet')
    return make_tiny_coco(tmp_path_factory.mktemp('options') / 'data')


@pytest.fixture(scope='module')
def run(root, tmp_path_factory):
    """A config without mean and std, the folder of its training, and what its labels say."""
    folder = tmp_path_factory.mktemp('run') / 'work'
    cfg = config(root, folder, encoding='log_box')
    RUNNERS.build(copy.deepcopy(cfg)).train()
    values = []
    for annotation in read_coco(root)['annotations']:
        number = annotation.get('attributes', {}).get('length')
        if number is not None:
            values.append(np.log(number / np.hypot(*annotation['bbox'][2:])))
    return cfg, folder, dict(mean=np.mean(values), std=np.std(values))


def length_of(model):
    return current_options(model)['length']


def test_a_training_finds_them_and_its_checkpoint_and_its_config_keep_them(run):
    _, folder, expected = run
    kept = torch.load(folder / 'epoch_1.pth', weights_only=False)['meta']['label_options']
    assert kept['length'] == pytest.approx(expected, rel=1e-5)
    (written,) = folder.glob('*.py')
    assert Config.fromfile(written).tasks.length.mean == kept['length']['mean']


def test_who_predicts_and_who_tests_have_them_from_the_checkpoint(run):
    cfg, folder, expected = run
    predictor = Predictor(copy.deepcopy(cfg), folder / 'epoch_1.pth', device='cpu')
    assert length_of(predictor.model) == pytest.approx(expected, rel=1e-5)
    cfg = copy.deepcopy(cfg)
    cfg.load_from = str(folder / 'epoch_1.pth')
    runner = RUNNERS.build(cfg)
    runner.test()
    assert length_of(runner.model) == pytest.approx(expected, rel=1e-5)
    (metric,) = runner.test_evaluator.metrics
    told = metric.dataset_meta['tasks']['length']
    assert dict(mean=told['mean'], std=told['std']) == length_of(runner.model)


def test_a_checkpoint_that_does_not_say_them_is_refused(run, tmp_path):
    cfg, folder, _ = run
    checkpoint = torch.load(folder / 'epoch_1.pth', weights_only=False)
    for nonsense in ({}, 5, dict(length='x'), dict(length=dict(mean='x', std=float('nan')))):
        checkpoint['meta']['label_options'] = nonsense
        torch.save(checkpoint, tmp_path / 'old.pth')
        with pytest.raises(UserError, match=r"'length' has no mean in the config, and .*old\.pth"):
            Predictor(copy.deepcopy(cfg), tmp_path / 'old.pth', device='cpu')


def test_a_config_that_says_others_than_the_training_had_is_refused(run, root):
    _, folder, _ = run
    cfg = config(root, folder, mean=1.0, std=2.0, encoding='log_box')
    with pytest.raises(UserError, match=r"'length' has mean=1\.0 .* trained with"):
        Predictor(cfg, folder / 'epoch_1.pth', device='cpu')


def test_what_the_config_says_is_kept(root, tmp_path):
    cfg = config(root, tmp_path / 'given', mean=100.0, std=7.0)
    runner = RUNNERS.build(cfg)
    runner.train()
    assert length_of(runner.model) == dict(mean=100.0, std=7.0)
