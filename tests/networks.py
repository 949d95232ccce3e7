"""A small network and a batch of the tiny data set, for tests of models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from helpers import CLASSES, TASKS
from mmdet.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from projects.smn.engine import link_tasks

ROOT = Path(__file__).parents[1]
DEMO = ROOT / 'configs' / 'fruit' / 'smn_r18_fpn_fruit_demo.py'

SMALL = dict(conv_out_channels=8, in_channels=8, num_convs=1)


def tiny_config(root: Path, tasks: Mapping = TASKS) -> Config:
    """The demo's config with 8 channels, on the tiny data set, and other tasks."""
    cfg = Config.fromfile(DEMO)
    cfg.classes = CLASSES
    cfg.tasks = tasks
    extractor = dict(out_channels=8)
    # As in Mask R-CNN, which most configs follow: on all proposals.
    heatmaps = dict(roi_extractor=extractor, trunk=SMALL, max_rois=None, jitter=None)
    cfg.merge_from_dict(
        dict(
            model=dict(
                channels_last=False,
                backbone=dict(base_channels=8, stem_channels=8),
                neck=dict(in_channels=[8, 16, 32, 64], out_channels=8),
                rpn_head=dict(in_channels=8, feat_channels=8),
                roi_head=dict(
                    box_passes=1,
                    bbox_roi_extractor=extractor,
                    bbox_head=dict(in_channels=8, conv_out_channels=8, fc_out_channels=16),
                    heads=dict(
                        masks=dict(heatmaps, soft_targets=False),
                        keypoints=heatmaps,
                        attributes=dict(
                            roi_extractor=extractor,
                            in_channels=8,
                            conv_channels=(8,),
                            hidden=16,
                            norm_cfg=None,
                        ),
                    ),
                ),
            )
        )
    )
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(root)
        loader.dataset.ann_file = 'annotations/train.json'
        loader.dataset.data_prefix = dict(img='train/')
        loader.batch_size = 3
        for step in loader.dataset.pipeline:
            if step.type == 'Resize':
                step.scale = (96, 96)
    return cfg


def tiny_model(
    root: Path, tasks: Mapping = TASKS, balancer: Mapping | None = None, options: Mapping = {}
) -> torch.nn.Module:
    """A network with fixed random weights; equal parameters have equal values for any tasks.

    ``options`` are merged into its config's ``model``.
    """
    torch.manual_seed(0)
    config = tiny_config(root, tasks)
    config.merge_from_dict(dict(model=options))
    model = MODELS.build(dict(link_tasks(config).model, balancer=balancer))
    for name, parameter in model.named_parameters():
        if name.startswith('balancer.') or not parameter.dim():
            continue
        seed = sum(map(ord, name))
        noise = torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed))
        parameter.data = noise / max(parameter[0].numel(), 1) ** 0.5
    return model


def tiny_batch(root: Path, tasks: Mapping = TASKS, indices: tuple = (0, 1)) -> dict:
    """Images of the tiny data set, through the demo's training pipeline, not yet preprocessed."""
    np.random.seed(0)
    dataset = DATASETS.build(link_tasks(tiny_config(root, tasks)).train_dataloader.dataset)
    return pseudo_collate([dataset[index] for index in indices])


def losses_of(model: torch.nn.Module, batch: dict, seed: int = 0) -> dict[str, torch.Tensor]:
    """The losses of a batch, each as one number, with fixed sampling of proposals."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    data = model.data_preprocessor(batch, training=True)
    losses = model.loss(data['inputs'], data['data_samples'])
    return {
        name: sum(value).sum() if isinstance(value, list) else value.sum()
        for name, value in losses.items()
        if 'loss' in name
    }
