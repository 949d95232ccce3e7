"""Every dense head that is admitted leaves alone what matches no box of an incomplete image."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from mmdet.models import dense_heads as mmdet_heads
from mmdet.models.task_modules.samplers import BaseSampler, PseudoSampler
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import ConfigDict
from mmengine.logging import MessageHub
from mmengine.structures import InstanceData
from torch.nn.functional import cross_entropy

from projects.smn.errors import UserError
from projects.smn.models.task_modules import (
    incomplete_images,
    spare_incomplete_images,
    without_spared,
)

SIZE, CHANNELS, STRIDES = 64, 32, (8, 16)
CODER = dict(type='DeltaXYWHBBoxCoder')
FOCAL = dict(type='FocalLoss', use_sigmoid=True)
QUALITY = dict(type='QualityFocalLoss', use_sigmoid=True)
GIOU = dict(type='GIoULoss')
ANCHORS = dict(type='AnchorGenerator', ratios=[1.0], scales=[2.0], strides=STRIDES)
ONE_ANCHOR = dict(anchor_generator=ANCHORS, loss_bbox=GIOU, feat_channels=CHANNELS)
RPN = dict(anchor_generator=ANCHORS, bbox_coder=CODER, num_convs=1, num_classes=1)
RETINA = dict(bbox_coder=CODER, loss_cls=FOCAL, **ONE_ANCHOR)
ATSS = dict(type='ATSSAssigner', topk=9)
MAX_IOU = dict(type='MaxIoUAssigner', pos_iou_thr=0.3, neg_iou_thr=0.3, min_pos_iou=0.0)
RANDOM = dict(type='RandomSampler', num=60, pos_fraction=0.5, add_gt_as_proposals=False)
POINTS = dict(anchor_generator=dict(type='MlvlPointGenerator', offset=0, strides=STRIDES))
RTMDET = dict(POINTS, bbox_coder=dict(type='DistancePointBBoxCoder'), loss_cls=QUALITY)
RTMDET |= dict(loss_bbox=GIOU, stacked_convs=1, feat_channels=CHANNELS, with_objectness=False)
TOOD = dict(bbox_coder=CODER, loss_cls=dict(QUALITY, activated=True), **ONE_ANCHOR)
TOOD_TRAINING = dict(
    initial_assigner=ATSS,
    assigner=dict(type='TaskAlignedAssigner', topk=9),
    alpha=1,
    beta=6,
    initial_epoch=1,
)
# Of each: the options of the head, and of its training.
HEADS = dict(
    SSDHead=(
        dict(in_channels=(CHANNELS,) * 2, anchor_generator=ANCHORS, bbox_coder=CODER),
        dict(assigner=MAX_IOU, neg_pos_ratio=3, smoothl1_beta=1.0),
    ),
    RetinaHead=(RETINA, dict(assigner=MAX_IOU)),
    RetinaSepBNHead=(dict(RETINA, num_ins=2, stacked_convs=1), dict(assigner=MAX_IOU)),
    RPNHead=(RPN, dict(assigner=MAX_IOU, sampler=RANDOM)),
    LevelRPNHead=(RPN, dict(assigner=MAX_IOU, sampler=RANDOM)),
    ATSSHead=(dict(RETINA, stacked_convs=1), dict(assigner=ATSS)),
    GFLHead=(dict(ONE_ANCHOR, loss_cls=QUALITY, stacked_convs=1), dict(assigner=ATSS)),
    DDODHead=(
        dict(RETINA, stacked_convs=1, use_dcn=False),
        dict(assigner=ATSS, reg_assigner=ATSS),
    ),
    TOODHead=(dict(TOOD, stacked_convs=2), TOOD_TRAINING),
    TOODHead_later=(dict(TOOD, stacked_convs=2), dict(TOOD_TRAINING, initial_epoch=0)),
    RTMDetHead=(RTMDET, dict(assigner=dict(type='DynamicSoftLabelAssigner', topk=9))),
    RTMDetSepBNHead=(RTMDET, dict(assigner=dict(type='DynamicSoftLabelAssigner', topk=9))),
    FCOSHead=(
        dict(stacked_convs=1, feat_channels=CHANNELS, strides=STRIDES)
        | dict(regress_ranges=((-1, 32), (32, 1e8)), loss_cls=FOCAL),
        None,
    ),
)
OF_NO_CLASS = ('RPNHead', 'LevelRPNHead')
each_head = pytest.mark.parametrize('name', HEADS)


def build(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    MessageHub.get_current_instance().update_info('epoch', 0)  # of the runner, for TOODHead
    options, training = HEADS[name]
    if training is not None:
        training = ConfigDict(training, allowed_border=-1, pos_weight=-1, debug=False)
    options = {'in_channels': CHANNELS, 'num_classes': 2} | options
    head = MODELS.build(dict(options, type=name.partition('_')[0], train_cfg=training))
    spare_incomplete_images(head)
    if not hasattr(head, 'loss_cls'):
        head.loss_cls = None
    return head.train()


def sample(complete: bool | tuple[int, ...], boxes: bool = True) -> DetDataSample:
    """An image with a box on it, or none."""
    truth = InstanceData(
        bboxes=torch.tensor([[9.0, 11.0, 30.0, 28.0]]), labels=torch.zeros(1).long()
    )
    truth.set_metainfo(dict(complete=complete))
    shapes = dict(img_shape=(SIZE, SIZE), pad_shape=(SIZE, SIZE), batch_input_shape=(SIZE, SIZE))
    found = DetDataSample(metainfo=shapes)
    found.gt_instances = truth if boxes else truth[:0]
    return found


def learn(head: torch.nn.Module, *found: DetDataSample) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradients of the scores of all places, those of one image after those of the other,
    (places, outputs), and the sum of all losses."""
    kept = []
    handle = head.register_forward_hook(
        lambda module, args, outputs: (
            [s.retain_grad() or kept.append(s) for s in outputs[0]] and None
        )
    )
    random = torch.Generator().manual_seed(0)
    shapes = [(CHANNELS, SIZE // stride, SIZE // stride) for stride in STRIDES]
    maps = tuple(torch.randn(len(found), *shape, generator=random) for shape in shapes)
    losses = head.loss(maps, list(found))
    handle.remove()
    total = sum(sum(v).sum() if isinstance(v, list) else v.sum() for v in losses.values())
    total.backward()
    places = sum((SIZE // stride) ** 2 for stride in STRIDES)
    gradients = [s.grad.permute(0, 2, 3, 1).flatten(1, 2) for s in kept]
    gradients = torch.cat(gradients, 1)
    assert gradients.shape[:2] == (len(found), places)
    return gradients.flatten(0, 1), total.detach()


def matched_places(head: torch.nn.Module, monkeypatch) -> Callable[..., torch.Tensor]:
    """Note which places of an image are positive, as the head itself learns it first."""
    seen = []

    def noting(original):
        def sample(*args, **kwargs):
            result = original(*args, **kwargs)
            seen.append(result.pos_inds)
            return result

        return sample

    sampler = getattr(head, 'sampler', None)
    if isinstance(sampler, (BaseSampler, PseudoSampler)):
        monkeypatch.setattr(sampler, 'sample', noting(sampler.sample))
    else:
        targets = head._get_targets_single

        def note(*args, **kwargs):
            labels, boxes = targets(*args, **kwargs)
            seen.append(((labels >= 0) & (labels < head.num_classes)).nonzero()[:, 0])
            return labels, boxes

        monkeypatch.setattr(head, '_get_targets_single', note)
    return lambda image=0: seen[image]


@each_head
@pytest.mark.parametrize('complete', [True, False])
def test_only_of_a_complete_image_is_taught_what_matches_no_box(name, complete, monkeypatch):
    head = build(name)
    matched = matched_places(head, monkeypatch)
    gradients, _ = learn(head, sample(complete))
    positive = torch.zeros(len(gradients), dtype=torch.bool)
    positive[matched()] = True
    assert positive.any()
    assert gradients[positive].any()
    assert gradients[~positive].any() == complete
    moved = {key for key, value in head.named_parameters() if value.grad.any()}
    assert any('reg' in key for key in moved)  # boxes are learned from it


@each_head
def test_what_matches_no_box_is_negative_for_the_classes_of_which_all_are_boxed(name, monkeypatch):
    # Two images, so that the rows of both are told apart, and each has an object of class 0.
    whole, _ = learn(build(name), sample(True), sample(True))
    head = build(name)
    matched = matched_places(head, monkeypatch)
    partly, _ = learn(head, sample(True), sample((1,)))
    first, second = partly.chunk(2)
    positive = torch.zeros(len(first), dtype=torch.bool)
    positive[matched(image=1)] = True
    unmatched = second[~positive]
    assert unmatched.numel()
    assert not unmatched[:, 0].any()
    if name in OF_NO_CLASS:
        assert not unmatched.any()
        return
    assert unmatched[:, 1].any()
    if name != 'SSDHead':  # which draws the negatives that cost most
        assert torch.equal(first, whole.chunk(2)[0])
        assert torch.equal(second[positive], whole.chunk(2)[1][positive])
        assert torch.equal(unmatched[:, 1], whole.chunk(2)[1][~positive][:, 1])


@each_head
def test_the_losses_of_classes_that_are_boxed_add_up_to_that_of_all(name):
    def loss(complete):
        return learn(build(name), sample(complete, boxes=False))[1]

    if name in OF_NO_CLASS:
        assert loss((0,)) == loss((1,)) == 0 < loss(True)
    elif name == 'SSDHead':
        assert loss((0,)) == loss((1,)) == loss(True) == 0
    else:
        assert torch.isclose(loss((0,)) + loss((1,)), loss(True))
        assert 0 < loss((0,)) < loss(True)


@pytest.mark.parametrize('seed', range(3))
def test_a_softmax_without_what_is_spared_is_that_of_the_other_columns(seed):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(50, 5, generator=generator, requires_grad=True)
    spared = torch.rand(50, 4, generator=generator) < 0.4
    loss = cross_entropy(without_spared(scores, spared), torch.full((50,), 4), reduction='none')
    loss.sum().backward()
    for row in range(50):
        kept = torch.cat([~spared[row], torch.tensor([True])])
        alone = scores[row, kept].detach().requires_grad_()
        expected = -alone.log_softmax(0)[-1]
        expected.backward()
        assert torch.isclose(loss[row], expected, atol=1e-6)
        assert torch.allclose(scores.grad[row, kept], alone.grad, atol=1e-6)
        assert not scores.grad[row, ~kept].any()


@each_head
def test_an_incomplete_image_without_boxes_moves_nothing_and_reaches_every_parameter(name):
    head = build(name)
    gradients, total = learn(head, sample(complete=False, boxes=False))
    assert total == 0
    assert not gradients.any()
    for key, parameter in head.named_parameters():
        # Zero, not None: every rank of a distributed run must take part.
        assert parameter.grad is not None, key
        assert not parameter.grad.any(), key


@each_head
def test_a_complete_image_without_boxes_teaches_that_there_is_nothing(name):
    gradients, _ = learn(build(name), sample(complete=True, boxes=False))
    assert gradients.any() == (name != 'SSDHead')  # which takes a multiple of no positives


def test_every_admitted_head_is_tested():
    assert {kind.__name__ for kind in incomplete_images.ADMITTED} <= {
        name.partition('_')[0] for name in HEADS
    }


class OwnHead(mmdet_heads.RetinaHead):
    """A user's, who says nothing."""


class WillingHead(mmdet_heads.RetinaHead):
    spares_incomplete_images = ('assigner',)


class HeirOfWillingHead(WillingHead):
    """May do anything again."""


@pytest.mark.parametrize(
    'kind', [mmdet_heads.FreeAnchorRetinaHead, mmdet_heads.PAAHead, OwnHead, HeirOfWillingHead]
)
def test_another_head_is_refused_in_a_sentence_that_says_what_is_admitted(kind):
    head = kind.__new__(kind)
    with pytest.raises(
        UserError, match=f"{kind.__name__} was not.*'ATSSHead'.*spares_inc"
    ) as error:
        spare_incomplete_images(head)
    assert '\n' not in str(error.value)


def test_a_head_of_ones_own_is_admitted_by_its_word():
    options, training = HEADS['RetinaHead']
    training = ConfigDict(training, allowed_border=-1, pos_weight=-1)
    head = WillingHead(num_classes=2, in_channels=CHANNELS, train_cfg=training, **options)
    spare_incomplete_images(head)
    assert not learn(head, sample(complete=False, boxes=False))[0].any()
    # It may count classes in any way, so that an image is complete to it or is not.
    assert not learn(head, sample(complete=(1,), boxes=False))[0].any()
