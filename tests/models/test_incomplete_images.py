"""On an image with ``complete: false``, what matches no box is neither positive nor negative."""

from __future__ import annotations

import pytest
import torch
from helpers import CLASSES, TASKS, read_coco, write_coco
from mmdet.models.task_modules.assigners import MaxIoUAssigner
from mmengine.structures import InstanceData
from networks import losses_of, tiny_batch, tiny_model

from projects.smn.models import CompleteOnlyAssigner


def make_incomplete(root, *numbers: int, drop: tuple[int, ...] = ()) -> None:
    """Mark images as incomplete, and take away the boxes of objects of these classes."""
    content = read_coco(root)
    for image in content['images']:
        image['complete'] = image['id'] not in numbers
    content['annotations'] = [
        a
        for a in content['annotations']
        if a['image_id'] not in numbers or a['category_id'] not in drop
    ]
    write_coco(root, content)


@pytest.mark.parametrize('seed', range(3))
def test_an_assigner_keeps_its_positives_and_gives_up_its_negatives(seed):
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(200, 2, generator=generator) * 80
    priors = torch.cat([corners, corners + torch.rand(200, 2, generator=generator) * 40 + 5], 1)
    stock = MaxIoUAssigner(pos_iou_thr=0.5, neg_iou_thr=0.3, min_pos_iou=0.3)
    ours = CompleteOnlyAssigner(stock)
    truth = InstanceData(bboxes=priors[:3] + 1, labels=torch.zeros(3, dtype=torch.long))
    expected = stock.assign(InstanceData(priors=priors), truth).gt_inds
    assert torch.equal(ours.assign(InstanceData(priors=priors), truth).gt_inds, expected)
    truth.set_metainfo(dict(complete=False))
    got = ours.assign(InstanceData(priors=priors), truth).gt_inds
    assert (expected == 0).any()
    assert torch.equal(got > 0, expected > 0)
    assert torch.equal(got[got > 0], expected[expected > 0])
    assert not (got == 0).any()


def test_an_incomplete_image_without_boxes_teaches_nothing(tiny_coco):
    make_incomplete(tiny_coco, 2, drop=(1, 2))
    model = tiny_model(tiny_coco)
    losses = losses_of(model, tiny_batch(tiny_coco, indices=(1,)))
    assert {'loss_rpn_cls', 'loss_rpn_bbox', 'loss_cls', 'loss_bbox'} <= losses.keys()
    assert all(loss == 0 for loss in losses.values())
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        # Zero, not None: every rank of a distributed run must take part.
        assert parameter.grad is not None, name
        assert not parameter.grad.any(), name


def test_a_complete_image_without_boxes_teaches_the_background(tiny_coco):
    make_incomplete(tiny_coco, 2, drop=(1, 2))
    content = read_coco(tiny_coco)
    content['images'][1]['complete'] = True
    write_coco(tiny_coco, content)
    losses = losses_of(tiny_model(tiny_coco), tiny_batch(tiny_coco, indices=(1,)))
    assert losses['loss_rpn_cls'] > 0
    assert losses['loss_cls'] > 0


def test_no_region_of_an_incomplete_image_is_sampled_as_negative(tiny_coco, monkeypatch):
    make_incomplete(tiny_coco, 1, drop=(2,))
    model = tiny_model(tiny_coco)
    samples = []
    for sampler in (model.rpn_head.sampler, model.roi_head.bbox_sampler):
        sample = sampler.sample
        monkeypatch.setattr(
            sampler, 'sample', lambda *a, s=sample, **k: samples.append(s(*a, **k)) or samples[-1]
        )
    losses = losses_of(model, tiny_batch(tiny_coco, indices=(0,)))
    assert len(samples) == 2
    for result in samples:
        assert len(result.pos_inds) > 0
        assert len(result.neg_inds) == 0
    assert losses['loss_bbox'] > 0


def test_of_a_region_that_matches_no_box_the_box_head_learns_the_class_that_is_boxed(
    tiny_coco, monkeypatch
):
    """Images 1 and 2 have no box of the second class; only the second image is incomplete."""
    make_incomplete(tiny_coco, 1, 2, drop=(2,))
    content = read_coco(tiny_coco)
    content['images'][0]['complete'] = True
    content['images'][1]['complete'] = [CLASSES[0]]
    write_coco(tiny_coco, content)
    model = tiny_model(tiny_coco)
    head, kept, drawn = model.roi_head, [], []
    forward, sample = head._bbox_forward, head.bbox_sampler.sample

    def keep(x, rois):
        kept.append(forward(x, rois))
        kept[-1]['cls_score'].retain_grad()
        return kept[-1]

    monkeypatch.setattr(head, '_bbox_forward', keep)
    monkeypatch.setattr(
        head.bbox_sampler, 'sample', lambda *a, **k: drawn.append(sample(*a, **k)) or drawn[-1]
    )
    losses = losses_of(model, tiny_batch(tiny_coco, indices=(0, 1)))
    losses['loss_cls'].backward()
    complete, partly = kept[0]['cls_score'].grad.split([len(found.priors) for found in drawn])
    assert len(drawn[0].neg_inds) > 0
    assert len(drawn[1].neg_inds) > 0
    assert len(drawn[1].pos_inds) > 0
    assert complete.all()
    of_objects, of_nothing = partly.split([len(drawn[1].pos_inds), len(drawn[1].neg_inds)])
    assert of_objects.all()
    assert of_nothing[:, [0, 2]].all()  # the first class, and the background
    assert not of_nothing[:, 1].any()


def test_proposals_are_of_no_class_so_none_is_negative_unless_all_classes_are_boxed(tiny_coco):
    make_incomplete(tiny_coco, 2, drop=(1, 2))
    content = read_coco(tiny_coco)
    content['images'][1]['complete'] = [CLASSES[0]]
    write_coco(tiny_coco, content)
    losses = losses_of(tiny_model(tiny_coco), tiny_batch(tiny_coco, indices=(1,)))
    assert losses['loss_rpn_cls'] == losses['loss_rpn_bbox'] == 0
    assert losses['loss_cls'] > 0


@pytest.mark.parametrize('task', TASKS)
def test_a_box_on_an_incomplete_image_carries_the_labels_of_tasks(task, tiny_coco):
    make_incomplete(tiny_coco, 1, drop=(2,))
    losses = losses_of(tiny_model(tiny_coco), tiny_batch(tiny_coco, indices=(0,)))
    assert losses[f'loss_{task}'] > 0
