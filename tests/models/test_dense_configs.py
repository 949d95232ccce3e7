"""Dense heads, and tasks of the image beside those of objects: each config trains and answers."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers import read_coco, write_coco
from mmdet.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.logging import MessageHub
from mmengine.optim import build_optim_wrapper
from tiny_detectors import NAMES, label_images, on_tiny_images


@pytest.fixture
def scene(tiny_coco) -> Path:
    """The tiny data set, its images labelled as a whole too."""
    return label_images(tiny_coco)


@pytest.fixture(autouse=True)
def _first_epoch() -> None:
    MessageHub.get_current_instance().update_info('epoch', 0)  # of the runner, for TOODHead


WARMING = 0.5  # of the learning rate


@pytest.mark.parametrize('name', NAMES)
def test_the_loss_of_a_fixed_batch_goes_down_and_every_task_is_answered(name, scene):
    cfg = on_tiny_images(name, scene)
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    # Without a warm-up: at the whole rate, the loss of a dense head may jump at one of the steps.
    cfg.optim_wrapper.optimizer.lr *= WARMING
    wrapper = build_optim_wrapper(model.train(), cfg.optim_wrapper)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    batch = pseudo_collate([dataset[0], dataset[1]])
    steps = 3 if '_r50_' in name and name.startswith('smn') else 8  # at full size, that takes long
    losses = [model.train_step(copy.deepcopy(batch), wrapper)['loss'].item() for _ in range(steps)]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.9 * losses[0]
    evaluator = Evaluator(cfg.test_evaluator)
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    evaluator.dataset_meta = dataset.metainfo
    batch = pseudo_collate([dataset[0]])
    with torch.no_grad():
        evaluator.process(model.eval().test_step(batch), batch)
    metrics = evaluator.evaluate(1)
    assert {key.partition('/')[0].partition(':')[0] for key in metrics} == {'bbox', *model.tasks}


# Each head by itself: test_incomplete_heads.py.
@pytest.mark.parametrize('name', [n for n in NAMES if n.startswith(('smn', 'fcos', 'tood'))])
def test_incomplete_images_without_labels_move_nothing_in_the_whole_network(name, scene):
    content = read_coco(scene)
    for image in content['images']:
        image.update(complete=image['id'] != 3)
        del image['seg_map'], image['attributes']
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] != 3]
    write_coco(scene, content)
    cfg = on_tiny_images(name, scene)
    model = MODELS.build(cfg.model).train()
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    labelled, losses = (
        model(**model.data_preprocessor(pseudo_collate([dataset[i]]), training=True), mode='loss')
        for i in (0, 2)
    )
    assert losses.keys() | {'acc'} == labelled.keys() | {'acc'}  # no rank waits for another
    assert labelled['active'] >= {'detection', 'mask'}
    assert not losses['active']
    sum(losses['balanced'].values()).backward()
    for key, parameter in model.named_parameters():
        assert parameter.grad is not None, key
        assert not parameter.grad.any(), key
