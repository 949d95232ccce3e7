"""Every config of the fruits with proposals builds and takes a training step."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import CLASSES, TASKS
from mmdet.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from networks import ROOT, losses_of
from small_configs import TWO_STAGES

from projects.smn.engine import link_tasks

FAMILY = [*TWO_STAGES, *sorted(ROOT.glob('configs/fruit/sparse/one_task*.py'))]


@pytest.mark.parametrize('path', FAMILY, ids=lambda path: path.stem)
def test_config_takes_a_training_step_from_scratch(path, tiny_coco):
    cfg = Config.fromfile(path)
    cfg.pretrained = None  # the one switch: no weights are fetched
    cfg.classes = CLASSES
    cfg.tasks = TASKS
    dataset = cfg.train_dataloader.dataset
    dataset.update(
        data_root=str(tiny_coco),
        ann_file='annotations/train.json',
        data_prefix=dict(img='train/'),
    )
    for step in dataset.pipeline:
        if step.type == 'Resize':
            step.scale = (96, 96)
        if step.type == 'RandomChoiceResize':
            step.scales = [(96, 96)]
    linked = link_tasks(cfg)
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(linked.model)
    model.init_weights()
    losses = losses_of(model, pseudo_collate([DATASETS.build(linked.train_dataloader.dataset)[0]]))
    assert {f'loss_{task}' for task in TASKS} <= losses.keys()
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        if name.startswith('balancer.'):
            continue  # not part of loss(), see test_balanced_losses.py
        assert parameter.requires_grad, name  # from scratch, nothing is frozen
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    for key in linked.optim_wrapper.get('paramwise_cfg', {}).get('custom_keys', ()):
        # mmengine says nothing of a key that it finds nowhere.
        assert any(key in name for name, _ in model.named_parameters()), key
