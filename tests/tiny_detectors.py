"""The fruits' configs with a dense head, or with tasks of the image: small, for a few steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from helpers import CLASSES, HEIGHT, TASKS, WIDTH, read_coco, write_coco
from mmengine.config import Config, ConfigDict
from networks import ROOT
from PIL import Image
from small_configs import TWO_STAGES

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config

FRUIT = ROOT / 'configs' / 'fruit'
# The others are tried at full size, see test_configs.py.
NAMES = [path.stem for path in FRUIT.glob('*.py') if path not in TWO_STAGES]
SMALL = 64  # channels; GroupNorm has 32 groups, and the coarsest map is one pixel
OF_IMAGES = dict(
    surface=dict(type='SemanticTask', classes=('table', 'fruit', 'card'), background='table'),
    table=dict(type='ClassificationTask', per='image', classes=('wood', 'cloth')),
)


def label_images(tiny_coco: Path) -> Path:
    """Label the images of a tiny data set as a whole too. Returns its root."""
    (tiny_coco / 'maps').mkdir()
    content = read_coco(tiny_coco)
    for image in content['images']:
        values = np.zeros((HEIGHT, WIDTH), np.uint8)
        for a in content['annotations']:
            if a['image_id'] == image['id']:
                x, y, width, height = a['bbox']
                values[y : y + height, x : x + width] = a['category_id']
        image['seg_map'] = f'{image["id"]}.png'
        image['attributes'] = dict(table=('wood', 'cloth')[image['id'] % 2])
        Image.fromarray(values).save(tiny_coco / 'maps' / image['seg_map'])
    write_coco(tiny_coco, content)
    return tiny_coco


def narrow(model: ConfigDict) -> None:
    """Make a network of ``SMALL`` channels of one on ResNet-50."""
    model.backbone.update(depth=18, base_channels=8, stem_channels=8)
    model.neck.update(in_channels=[8, 16, 32, 64], out_channels=SMALL)
    for head in filter(None, (model.get('rpn_head'), model.get('bbox_head'))):
        head.update(in_channels=SMALL, feat_channels=SMALL)
    if model.roi_head.bbox_head:
        model.roi_head.bbox_roi_extractor.out_channels = SMALL
        model.roi_head.bbox_head.update(in_channels=SMALL, fc_out_channels=SMALL)
    for head in model.roi_head.heads.values():
        head.roi_extractor.out_channels = SMALL
        if 'trunk' in head:
            head.trunk.update(in_channels=SMALL, conv_out_channels=SMALL, num_convs=1)
        else:
            head.update(in_channels=SMALL, conv_channels=(8,), hidden=16)
    for head in model.get('heads', {}).values():
        if 'decode_head' in head:
            head.decode_head.in_channels = [SMALL] * 4
        else:
            head.in_channels = SMALL


def on_tiny_images(name: str, root: Path) -> Config:
    """A linked config from scratch, with as many of the tasks as it has, on images of 96 px."""
    cfg = load_config(FRUIT / f'{name}.py', dict(pretrained=None, classes=list(CLASSES)))
    asked = [key for key, task in cfg.tasks.items() if task]
    cfg.tasks = {key: TASKS.get(key, OF_IMAGES.get(key)) for key in asked if key != 'rating'}
    for part in ('train', 'test'):
        dataset = cfg[f'{part}_dataloader'].dataset
        dataset.update(
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='train/', seg='maps/'),
            serialize_data=False,
        )
        for step in dataset.pipeline:
            if 'Resize' in step.type:
                key = 'scales' if 'scales' in step else 'scale'
                step[key] = [(96, 96)] if key == 'scales' else (96, 96)
    if '_r50_' in name:
        narrow(cfg.model)
    # Untrained, a network is sure of nothing; and a few boxes are enough.
    test = cfg.model.test_cfg
    test.get('rcnn', test).update(score_thr=0.0, max_per_img=4)
    cfg.optim_wrapper.optimizer.lr = 1e-3
    return link_tasks(cfg)
