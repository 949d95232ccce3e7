"""The frame in which a mask is predicted."""

from __future__ import annotations

import pytest
import torch
from mmdet.registry import MODELS
from networks import losses_of, tiny_batch, tiny_model

from projects.smn.models.task_heads.base import Positives

CONFIG = dict(
    type='MaskTaskHead',
    roi_extractor=dict(
        type='SingleRoIExtractor',
        roi_layer=dict(type='RoIAlign', output_size=14, sampling_ratio=1),
        out_channels=8,
        featmap_strides=[4],
    ),
    trunk=dict(in_channels=8, conv_out_channels=8, num_convs=1),
)


def masks_through_the_head(root, shrink: float, expand: float) -> tuple[torch.Tensor, torch.Tensor]:
    """True masks of an image, and what is left of them after encoding and pasting.

    Args:
        root: Of the tiny data set.
        shrink: Boxes are this much too small.
        expand: The head's option.
    """
    model = tiny_model(root)
    data = model.data_preprocessor(tiny_batch(root, indices=(0,)), training=True)
    (sample,) = data['data_samples']
    head = MODELS.build(dict(CONFIG, tasks={'mask': model.tasks['mask']}, expand=expand))
    truth = sample.gt_instances
    centres = (truth.bboxes[:, :2] + truth.bboxes[:, 2:]) / 2
    half = (truth.bboxes[:, 2:] - truth.bboxes[:, :2]) / 2 * (1 - shrink)
    boxes = torch.cat([centres - half, centres + half], 1)
    positives = Positives(boxes, truth.labels, torch.arange(len(truth)))
    framed = head._framed(positives, sample.metainfo)
    chosen = torch.ones(len(truth), dtype=torch.bool)
    targets = head._targets('mask', chosen, [framed], [sample])
    logits = (targets * 40 - 20)[:, None].repeat(1, 2, 1, 1)
    size = sample.metainfo['img_shape'][:2]
    pasted = head._paste(logits, truth.labels, framed.pos_priors, size)
    return torch.as_tensor(truth.mask.masks[:, : size[0], : size[1]]).bool(), pasted


def iou(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    return (first & second).sum((1, 2)) / (first | second).sum((1, 2))


@pytest.mark.parametrize('expand', [1.0, 1.3])
def test_a_perfect_prediction_in_the_true_box_gives_the_true_mask(expand, tiny_coco):
    truth, pasted = masks_through_the_head(tiny_coco, 0.0, expand)
    assert (iou(truth, pasted) > 0.9).all()


def test_an_enlarged_frame_keeps_what_a_small_box_cuts_off(tiny_coco):
    truth, pasted = masks_through_the_head(tiny_coco, 0.15, 1.3)
    assert (iou(truth, pasted) > 0.9).all()
    truth, pasted = masks_through_the_head(tiny_coco, 0.15, 1.0)
    assert (iou(truth, pasted) < 0.8).all()


def test_frames_stay_inside_the_image(tiny_coco):
    head = MODELS.build(dict(CONFIG, tasks={}, expand=2.0))
    frames = head._frames(torch.tensor([[0.0, 5.0, 60.0, 40.0]]), dict(img_shape=(50, 70)))
    assert frames.tolist() == [[0.0, 0.0, 70.0, 50.0]]


def test_a_network_with_enlarged_frames_trains(tiny_coco):
    model = tiny_model(tiny_coco)
    model.roi_head.heads['masks'].expand = 1.2
    losses = losses_of(model, tiny_batch(tiny_coco))
    losses['loss_spine'].backward()
    assert losses['loss_spine'] > 0
