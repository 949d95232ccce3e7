"""The configs of the families, small enough for a few steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import whole_images
from helpers import CLASSES
from mmengine.config import Config
from networks import ROOT

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config

TWO_STAGES = sorted(
    path
    for path in ROOT.glob('configs/fruit/smn_*.py')
    if not any(word in path.stem for word in ('rtmdet', 'realtime', 'scene'))
)
"""The fruits' configs with proposals, and tasks of objects alone."""


def small_one_stage(path: Path, root: Path) -> Config:
    """A linked config without RoIs for 64 px, from scratch, on the images of ``whole_images``."""
    cfg = load_config(path, dict(pretrained=None, classes=list(whole_images.CLASSES)))
    for task in cfg.tasks.values():
        if task is not None and task.type == 'SemanticTask':
            task.classes = ('background', 'fur', 'head')
            task.loss = dict()
    for part in ('train', 'test'):
        dataset = cfg[f'{part}_dataloader'].dataset
        dataset.update(
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='images/', seg='maps/'),
        )
        (resize,) = (step for step in dataset.pipeline if step.type == 'Resize')
        resize.scale = (64, 64)
    return link_tasks(cfg)


def rcnn_options(root: Path) -> dict[str, Any]:
    """What ``--cfg-options`` has to say of a Mask R-CNN for two steps on the tiny data set."""
    words = {
        'classes': list(CLASSES),
        'pretrained': None,
        # The backbones are what is tried, and there are few boxes.
        'model.train_cfg.rpn_proposal.max_per_img': 20,
        'model.train_cfg.rcnn.sampler.num': 8,
        'model.roi_head.bbox_head.fc_out_channels': 64,
        'model.test_cfg.rpn.max_per_img': 5,
        'model.test_cfg.rcnn.max_per_img': 2,
        'train_dataloader.dataset.pipeline.2.scales': [(64, 64)],
        'test_dataloader.dataset.pipeline.1.scale': (64, 64),
    }
    for part in ('train', 'val', 'test'):
        words |= {
            f'{part}_dataloader.dataset.serialize_data': False,  # it collects garbage, slowly
            f'{part}_dataloader.dataset.data_root': str(root),
            f'{part}_dataloader.dataset.ann_file': 'annotations/train.json',
            f'{part}_dataloader.dataset.data_prefix.img': 'train/',
        }
    return words
