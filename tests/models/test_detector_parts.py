"""Who finds objects, what is said of each, what is said of the image: which parts fit together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import TASKS
from mmdet.registry import MODELS
from mmengine.config import ConfigDict
from networks import losses_of, tiny_batch, tiny_config, tiny_model
from whole_images import TASKS as OF_IMAGES

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError
from projects.smn.models import MultiTaskNet, MultiTaskRCNN

TRAINING = dict(
    assigner=dict(type='DynamicSoftLabelAssigner', topk=9), allowed_border=-1, pos_weight=-1
)
TEST = dict(
    score_thr=0.0,
    nms_pre=100,
    nms=dict(type='nms', iou_threshold=0.6),
    max_per_img=6,
    min_bbox_size=0,
)
PROPOSALS = dict(TEST, max_per_img=20)
RTMDET = dict(
    type='RTMDetHead',
    in_channels=8,
    stacked_convs=1,
    feat_channels=8,
    anchor_generator=dict(type='MlvlPointGenerator', offset=0, strides=[8, 16, 32]),
    bbox_coder=dict(type='DistancePointBBoxCoder'),
    loss_cls=dict(type='QualityFocalLoss', use_sigmoid=True),
    loss_bbox=dict(type='GIoULoss'),
    with_objectness=False,
    norm_cfg=dict(type='GN', num_groups=2),
)
DENSE = dict(rpn_head=None, bbox_index=(1, 2, 3), bbox_head=RTMDET, train_cfg=TRAINING)
HEADS = dict(
    attributes=dict(type='ImageAttributeTaskHead', in_channels=8, in_index=3),
    boxes=dict(type='ImageBoxTaskHead', in_channels=8, in_index=3, norm_cfg=None),
)


def refining(root, **options) -> torch.nn.Module:
    """A dense head whose boxes the box head of the tiny network corrects."""
    more = dict(
        train_cfg=dict(TRAINING, rpn=None, rpn_proposal=PROPOSALS),
        test_cfg=dict(rpn=PROPOSALS, rcnn=dict(score_thr=0.0, max_per_img=6)),
    )
    return tiny_model(root, options=DENSE | more | options)


def dense(root, tasks=TASKS, **options) -> torch.nn.Module:
    """A dense head, and the tiny network's task heads on its boxes."""
    heads = {key: dict(jitter=0.1) for key in ('masks', 'keypoints', 'attributes')}
    more = dict(
        roi_head=dict(bbox_roi_extractor=None, bbox_head=None, heads=heads),
        train_cfg=ConfigDict(TRAINING, _delete_=True),
        test_cfg=ConfigDict(TEST, _delete_=True),
    )
    return tiny_model(root, tasks, options=DENSE | more | options)


def answers(model, batch, rescale=True) -> list:
    data = model.eval().data_preprocessor(batch)
    with torch.no_grad():
        return model.predict(data['inputs'], data['data_samples'], rescale)


def test_both_names_are_one_class():
    assert MultiTaskRCNN is MultiTaskNet
    assert MODELS.get('MultiTaskRCNN') is MODELS.get('MultiTaskNet') is MultiTaskNet


# A dense head, and task heads


def test_task_heads_learn_beside_a_dense_head(tiny_coco):
    model = dense(tiny_coco)
    losses = losses_of(model, tiny_batch(tiny_coco))
    assert losses.keys() == {'loss_cls', 'loss_bbox', *(f'loss_{name}' for name in TASKS)}
    sum(losses.values()).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.any(), name


def test_answers_are_given_on_the_boxes_of_the_dense_head(tiny_coco):
    model = dense(tiny_coco)
    batch = tiny_batch(tiny_coco)
    data = model.eval().data_preprocessor(batch)
    with torch.no_grad():
        x = model._box_features(model.extract_feat(data['inputs']))
        expected = model.bbox_head.predict(x, data['data_samples'], rescale=True)
    for sample, found in zip(answers(model, batch), expected, strict=True):
        mine = sample.pred_instances
        assert len(mine) > 0
        torch.testing.assert_close(mine.bboxes, found.bboxes)
        torch.testing.assert_close(mine.scores, found.scores)
        assert set(TASKS) <= set(mine.keys())
        assert all(tuple(mask['size']) == sample.ori_shape for mask in mine.mask)


def test_a_head_sees_a_box_in_pixels_of_the_input(tiny_coco, monkeypatch):
    model = dense(tiny_coco, dict(neck=TASKS['neck']))
    head, seen = model.roi_head.heads['attributes'], []
    forward = head.forward

    def watched(x, rois, *more):
        seen.append(rois[:, 1:])
        return forward(x, rois, *more)

    monkeypatch.setattr(head, 'forward', watched)
    batch = tiny_batch(tiny_coco, dict(neck=TASKS['neck']))
    scale = batch['data_samples'][0].scale_factor
    assert scale[0] != 1
    found = torch.cat([sample.pred_instances.bboxes for sample in answers(model, batch)])
    torch.testing.assert_close(seen[0], found * found.new_tensor(scale * 2))


def test_a_task_may_have_the_name_of_a_loss_of_the_dense_head(tiny_coco):
    head = dict(
        type='ATSSHead',
        in_channels=8,
        feat_channels=8,
        stacked_convs=1,
        anchor_generator=dict(
            type='AnchorGenerator', ratios=[1.0], scales=[4.0], strides=[8, 16, 32]
        ),
        bbox_coder=dict(type='DeltaXYWHBBoxCoder'),
        loss_cls=dict(type='FocalLoss', use_sigmoid=True),
        loss_bbox=dict(type='GIoULoss'),
        norm_cfg=dict(type='GN', num_groups=2),
    )
    tasks = dict(centerness=dict(TASKS['neck'], source='neck'))
    training = dict(TRAINING, assigner=dict(type='ATSSAssigner', topk=9), _delete_=True)
    model = dense(tiny_coco, tasks, bbox_head=head, train_cfg=training)
    losses = losses_of(model, tiny_batch(tiny_coco, tasks))
    boxes = {'loss_cls', 'loss_bbox', 'rpn_loss_centerness'}
    assert losses.keys() == boxes | {'loss_centerness'}


def test_without_tasks_of_objects_the_roi_head_is_not_built(tiny_coco):
    model = dense(tiny_coco, {})
    assert model.roi_head is None
    assert 'pred_instances' in answers(model, tiny_batch(tiny_coco, {}))[0]


# A dense head whose boxes are corrected


def test_a_box_head_learns_from_the_boxes_of_a_dense_head_and_both_have_losses(tiny_coco):
    model = refining(tiny_coco)
    losses = losses_of(model, tiny_batch(tiny_coco))
    boxes = {'rpn_loss_cls', 'rpn_loss_bbox', 'loss_cls', 'loss_bbox'}
    assert losses.keys() == boxes | {f'loss_{name}' for name in TASKS}
    sum(losses[name] for name in boxes).backward()
    for name, parameter in model.named_parameters():
        if 'bbox_head' in name:
            assert parameter.grad.any(), name


def test_a_box_head_corrects_what_a_dense_head_finds(tiny_coco):
    model = refining(tiny_coco).eval()
    data = model.data_preprocessor(tiny_batch(tiny_coco))
    with torch.no_grad():
        x = model.extract_feat(data['inputs'])
        found = model.bbox_head.predict(model._box_features(x), data['data_samples'])
        assert all(6 < len(boxes) <= 20 for boxes in found)  # test_cfg.rpn
        expected = model.roi_head.predict(x, found, data['data_samples'], rescale=True)
    for sample, other in zip(answers(model, tiny_batch(tiny_coco)), expected, strict=True):
        assert 0 < len(other) <= 6
        torch.testing.assert_close(sample.pred_instances.bboxes, other.bboxes)


def test_losses_are_those_of_all_classes_and_not_of_proposals(tiny_coco):
    """A dense head is told the classes, which an RPN is not."""
    model = refining(tiny_coco)
    assert model.bbox_head.num_classes == 2
    kept = []
    model.bbox_head.register_forward_hook(
        lambda module, args, outputs: (
            kept.extend(outputs[0]) or [scores.retain_grad() for scores in outputs[0]] * 0 or None
        )
    )
    losses_of(model, tiny_batch(tiny_coco))['rpn_loss_cls'].backward()
    gradients = torch.cat([s.grad.permute(0, 2, 3, 1).reshape(-1, 2) for s in kept])
    assert not torch.equal(gradients[:, 0].sign(), gradients[:, 1].sign())


# Tasks of objects and of the image


@pytest.mark.parametrize('build', [dense, tiny_model])
def test_tasks_of_objects_and_of_the_image_share_a_network(build, tiny_coco):
    image = {name: OF_IMAGES[name] for name in ('species', 'head')}
    tasks = {**TASKS, **image}
    options = dict(heads=HEADS)
    model = build(tiny_coco, tasks, **(options if build is dense else dict(options=options)))
    batch = tiny_batch(tiny_coco, tasks)
    data = model.data_preprocessor(batch, training=True)
    losses = model(**data, mode='loss')
    assert list(losses['balanced']) == ['detection', *tasks]
    assert losses['active'] == {'detection', *TASKS}  # these images have no labels of their own
    sum(losses['balanced'].values()).backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None]
    (sample, _) = answers(model, batch)
    assert set(TASKS) <= set(sample.pred_instances.keys())
    assert set(image) <= set(sample.pred_image.keys())


def test_raw_outputs_of_all_parts_can_be_counted(tiny_coco):
    for model in (dense(tiny_coco), refining(tiny_coco)):
        data = model.eval().data_preprocessor(tiny_batch(tiny_coco))
        outputs = model(**data, mode='tensor')
        assert len(outputs) == len(TASKS) + 2 * model.refines


# Refusals


def refused(root, match: str, tasks=TASKS, **options) -> None:
    config = tiny_config(root, tasks)
    config.merge_from_dict(dict(model=options))
    np.random.seed(0)
    with pytest.raises(UserError, match=match) as error:
        MODELS.build(link_tasks(config).model)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('match', 'options'),
    [
        ('both find objects', dict(bbox_head=RTMDET)),
        ('rpn_head only proposes', dict(roi_head=dict(bbox_head=None))),
        ('rpn_head only proposes', dict(roi_head=None)),
        ("nobody finds the objects .*'mask'", dict(rpn_head=None)),
        ("nobody finds the objects .*'mask'", dict(rpn_head=None, roi_head=dict(bbox_head=None))),
        ("no head takes task 'mask'", dict(DENSE, roi_head=None)),
        ("'masks' trains on proposals", dict(DENSE, roi_head=dict(bbox_head=None))),
        ('the roi_head has a mask_head', dict(roi_head=dict(mask_head=dict(type='FCNMaskHead')))),
        ('box_passes must be 1 or more, not 0', dict(roi_head=dict(box_passes=0))),
        ("no head takes task 'mask'", dict(roi_head=dict(heads=None))),
        ('no box head can correct', dict(rpn_head=None, bbox_head=dict(RTMDET, norm_on_bbox=True))),
        ("need 'rcnn' for ConvFCBBoxHead", dict(test_cfg=dict(_delete_=True, rpn={}))),
        ("need 'rpn' for LevelRPNHead", dict(train_cfg=dict(_delete_=True, rcnn={}))),
    ],
)
def test_parts_that_make_no_network_are_refused(match, options, tiny_coco):
    refused(tiny_coco, match, **options)


def test_a_network_without_tasks_and_without_a_finder_is_refused(tiny_coco):
    refused(tiny_coco, 'there is nothing to learn', tasks={}, rpn_head=None, roi_head=None)
