"""With boxes and masks alone, the network is MMDetection's Mask R-CNN."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from networks import losses_of, tiny_batch, tiny_config, tiny_model

from projects.smn.engine import link_tasks
from projects.smn.tasks import decode_mask

ONLY_MASKS = dict(mask=dict(type='MaskTask'))


def stock_twin(root) -> torch.nn.Module:
    """mmdet's ``MaskRCNN`` from the same config, with the weights of our network."""
    config = link_tasks(tiny_config(root, ONLY_MASKS)).model
    for key in ('classes', 'tasks', 'channels_last'):
        config.pop(key)
    config.type = 'MaskRCNN'
    config.roi_head.pop('box_passes')
    head = config.roi_head.pop('heads')['masks']
    config.roi_head.update(
        type='StandardRoIHead',
        mask_roi_extractor=head.roi_extractor,
        mask_head=dict(head.trunk, type='FCNMaskHead', num_classes=2),
    )
    config.roi_head.bbox_head.num_classes = 2
    config.train_cfg.rcnn.mask_size = 56
    config.test_cfg.rcnn.mask_thr_binary = 0.5
    return MODELS.build(config)


def stock_name(name: str) -> str:
    return name.replace('heads.masks.trunk', 'mask_head').replace(
        'heads.masks.predictors.mask', 'mask_head.conv_logits'
    )


@pytest.fixture
def twins(tiny_coco):
    ours = tiny_model(tiny_coco, ONLY_MASKS)
    stock = stock_twin(tiny_coco)
    stock.load_state_dict({stock_name(k): v for k, v in ours.state_dict().items()})
    return ours, stock


def as_stock_samples(samples: list) -> list:
    """The same ground truth where stock mmdet expects it."""
    samples = copy.deepcopy(samples)
    for sample in samples:
        sample.gt_instances.masks = sample.gt_instances.pop('mask')
    return samples


def test_losses_and_gradients_equal_those_of_stock_mask_rcnn(twins, tiny_coco):
    ours, stock = twins
    batch = tiny_batch(tiny_coco, ONLY_MASKS)
    theirs = dict(batch, data_samples=as_stock_samples(batch['data_samples']))
    expected, got = losses_of(stock, theirs), losses_of(ours, batch)
    assert set(got) == set(expected)
    for name in expected:
        torch.testing.assert_close(got[name], expected[name], msg=name)
    sum(expected.values()).backward()
    sum(got.values()).backward()
    gradients = dict(stock.named_parameters())
    for name, parameter in ours.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[stock_name(name)].grad, msg=name)


def test_predictions_equal_those_of_stock_mask_rcnn(twins, tiny_coco):
    ours, stock = twins
    batch = tiny_batch(tiny_coco, ONLY_MASKS)
    results = []
    for model in (ours, stock):
        model.eval()
        model.roi_head.test_cfg.score_thr = 0.0
        data = model.data_preprocessor(copy.deepcopy(batch), training=False)
        with torch.no_grad():
            results.append(model.predict(data['inputs'], data['data_samples']))
    for mine, theirs in zip(*results, strict=True):
        mine, theirs = mine.pred_instances, theirs.pred_instances
        assert len(mine) == len(theirs) > 0
        torch.testing.assert_close(mine.bboxes, theirs.bboxes)
        torch.testing.assert_close(mine.scores, theirs.scores)
        assert torch.equal(mine.labels, theirs.labels)
        masks = np.stack([decode_mask(rle, *rle['size']) for rle in mine.mask])
        np.testing.assert_array_equal(masks, theirs.masks)
        assert theirs.masks.any()
