"""What starts from EfficientNet-Lite: the weights are there, what is frozen stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import CLASSES, TASKS
from mmdet.registry import DATASETS, MODELS, RUNNERS
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from networks import ROOT
from whole_images import make_whole_images

from projects.smn.engine import link_tasks
from projects.smn.engine.checkpoints import load_checkpoint_file
from projects.smn.engine.predictor import load_config

EVERY = sorted(
    path
    for name in ('lite[01]', 'realtime')
    for path in ROOT.glob(f'configs/*/*{name}*.py')
    if '_61' not in path.stem  # which differs in its data alone
)
WHOLE = {'lite1-fpn-mtl_pet', 'ssdlite-deeplabv3plus_lite0_warehouse_demo'}


def small(path, folder):
    """A linked config on tiny images, with its weights."""
    cfg = load_config(path)
    prefix, classes = dict(img='train/'), CLASSES
    if path.stem in WHOLE:
        root = make_whole_images(folder / 'whole')
        prefix, classes = dict(img='images/', seg='maps/'), ('pet',)
        cfg.tasks = {
            name: task for name, task in cfg.tasks.items() if name not in ('species', 'breed')
        }
        for task in cfg.tasks.values():
            if task.type == 'SemanticTask':
                task.classes, task.loss = ('background', 'fur', 'head'), dict()
    else:
        root = folder / 'tiny'
        cfg.tasks = dict(TASKS)
    cfg.classes = classes
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='LoadTaskAnnotations'),
        dict(type='Resize', scale=(128, 96), keep_ratio=False),
        dict(type='PackTaskInputs'),
    ]
    for part in ('train', 'test'):
        dataset = cfg[f'{part}_dataloader'].dataset
        dataset.update(
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=prefix,
            serialize_data=False,
            pipeline=pipeline,
        )
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    return link_tasks(cfg)


def test_these_are_all():
    assert {path.stem for path in EVERY} == WHOLE | {
        'smn_lite0_fpn_balloon',
        'smn_lite0_fpn_cucumber',
        'smn_lite0_fpn_fruit_demo',
        'smn_lite0_fpn_mandarin',
        'smn_lite0_fpn_pet',
        'smn_realtime_fruit',
        'smn_realtime_fruit_demo',
        'smn_rtmdet_lite0_fpn_fruit_demo',
    }


@pytest.mark.parametrize('path', EVERY, ids=lambda path: path.stem)
def test_a_step_from_the_weights_leaves_what_is_frozen(path, tiny_coco):
    cfg = small(path, tiny_coco.parent)
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    backbone = model.backbone.train()
    stem = load_checkpoint_file(cfg.pretrained)['state_dict']['_conv_stem.weight']
    assert torch.equal(backbone.stem.conv.weight, stem)
    model.train()
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    log = model.train_step(pseudo_collate([dataset[0], dataset[1]]), wrapper)
    assert torch.isfinite(log['loss'])
    frozen = ['stem', *(f'stages.{n}.' for n in range(cfg.model.backbone.frozen_stages))]
    moved = set()
    for name, value in backbone.state_dict().items():
        is_buffer = name.endswith(('running_mean', 'running_var', 'num_batches_tracked'))
        same = torch.equal(before[name], value)
        assert same or not (is_buffer or name.startswith(tuple(frozen))), name
        moved.add(same)
    assert moved == {True, False}


def test_the_mean_of_the_weights_is_what_is_saved_beside_the_last(tiny_coco, tmp_path):
    cfg = small(ROOT / 'configs/balloon/smn_lite0_fpn_balloon.py', tiny_coco.parent)
    cfg.update(max_iters=3, work_dir=str(tmp_path / 'run'), log_level='ERROR')
    model = RUNNERS.build(link_tasks(cfg)).train()
    saved = load_checkpoint_file(tmp_path / 'run' / 'iter_3.pth')
    name = 'roi_head.bbox_head.fc_cls.weight'
    last, mean = saved['ema_state_dict'][f'module.{name}'], saved['state_dict'][name]
    assert torch.equal(last, model.state_dict()[name])
    assert not torch.equal(last, mean)
