"""The configs without RoIs build, train and are tested; the loss of both bases goes down."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmdet.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from networks import ROOT
from small_configs import small_one_stage as small
from whole_images import make_whole_images

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config

BASES = [
    ROOT / 'configs/pet/unet-mtl_pet.py',
    ROOT / 'configs/warehouse/ssdlite-deeplabv3plus_mbv2_warehouse.py',
]
FAMILY = sorted(
    [
        *ROOT.glob('configs/pet/unet*.py'),
        *ROOT.glob('configs/pet/ablation/*.py'),
        *ROOT.glob('configs/warehouse/*.py'),
    ]
)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    return make_whole_images(tmp_path_factory.mktemp('whole'))


def build(cfg):
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    return model.train()


def batch_of(cfg, part):
    dataset = DATASETS.build(cfg[f'{part}_dataloader'].dataset)
    return dataset, pseudo_collate([dataset[index] for index in range(2)])


@pytest.mark.parametrize('path', FAMILY, ids=lambda path: path.stem)
def test_config_trains_two_steps_and_is_tested(path, root):
    cfg = small(path, root)
    model = build(cfg)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    before = {name: value.clone() for name, value in model.named_parameters()}
    _, batch = batch_of(cfg, 'train')
    for _ in range(2):
        log = model.train_step(batch, wrapper)
        assert torch.isfinite(log['loss'])
    moved = {
        name.partition('.')[0]
        for name, value in model.named_parameters()
        if not torch.equal(value, before[name])
    }
    assert moved == {name.partition('.')[0] for name in before}
    losses = model.parse_losses(model(**model.data_preprocessor(batch, True), mode='loss'))[0]
    losses.backward()
    # A parameter without one would stop a distributed training.
    assert not [name for name, value in model.named_parameters() if value.grad is None]
    dataset, batch = batch_of(cfg, 'test')
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    with torch.no_grad():
        evaluator.process(model.eval().test_step(batch), batch)
    metrics = evaluator.evaluate(2)
    asked = {key.partition('/')[0].partition(':')[0] for key in metrics}
    assert asked == {*model.tasks, *(['bbox'] if model.bbox_head is not None else [])}


@pytest.mark.parametrize('path', BASES, ids=lambda path: path.stem)
def test_the_loss_of_a_fixed_batch_goes_down(path, root):
    cfg = small(path, root)
    model = build(cfg)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    _, batch = batch_of(cfg, 'train')
    losses = [model.train_step(batch, wrapper)['loss'].item() for _ in range(12)]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])


def test_the_warehouse_network_has_at_most_4_3_million_parameters(root):
    model = MODELS.build(link_tasks(load_config(BASES[1], dict(pretrained=None))).model)
    assert sum(value.numel() for value in model.parameters()) <= 4_300_000


def test_the_single_task_siblings_have_the_backbone_and_one_head(root):
    parts = {}
    for name in ('ssdlite-deeplabv3plus_mbv2', 'ssdlite_mbv2', 'deeplabv3plus_mbv2'):
        model = build(small(ROOT / f'configs/warehouse/{name}_warehouse.py', root))
        parts[name] = {key for key, _ in model.named_parameters()}
    both, boxes, maps = parts.values()
    assert boxes | maps == both
    assert all(key.startswith('backbone.') for key in boxes & maps)
