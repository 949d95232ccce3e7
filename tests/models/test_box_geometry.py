"""A head of attributes is told how large a box is; its features cannot say it."""

from __future__ import annotations

import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from projects.smn.models import AttributeTaskHead
from projects.smn.models.task_heads.box_geometry import box_geometry
from projects.smn.tasks import build_tasks

TASKS = build_tasks(
    dict(size=dict(type='ClassificationTask', classes=('small', 'large'))), ('thing',)
)
SIZE = (300, 400)
BOXES = torch.tensor(
    [[10, 10, 60, 30], [100, 50, 140, 120], [200, 200, 290, 260]], dtype=torch.float32
)
MAPS = (torch.ones(1, 8, 32, 32),)  # the same everywhere


def make_head(geometry: bool) -> AttributeTaskHead:
    torch.manual_seed(0)
    layer = dict(type='SimpleRoIAlign', output_size=4)
    extractor = dict(
        type='SingleRoIExtractor', roi_layer=layer, out_channels=8, featmap_strides=[4]
    )
    return AttributeTaskHead(
        TASKS, extractor, in_channels=8, conv_channels=(8,), hidden=16, geometry=geometry
    )


def test_what_is_said_of_a_box():
    width, height, share, beside = box_geometry(BOXES, SIZE).exp().unbind(1)
    sides = (BOXES[:, 2:] - BOXES[:, :2]).prod(1).sqrt()
    assert torch.allclose(width, (BOXES[:, 2] - BOXES[:, 0]) / 100)
    assert torch.allclose(height, (BOXES[:, 3] - BOXES[:, 1]) / 100)
    assert torch.allclose(share, sides / (300 * 400) ** 0.5)
    assert torch.allclose(beside[2], sides[2] / sides[:2].min())  # of two, the lower one


def test_the_share_and_the_comparison_do_not_depend_on_resolution():
    once = box_geometry(BOXES, SIZE)
    twice = box_geometry(BOXES * 2, (600, 800))
    assert torch.allclose(once[:, 2:], twice[:, 2:], atol=1e-6)
    assert torch.allclose(twice[:, :2] - once[:, :2], torch.tensor(2.0).log())


def test_the_order_of_objects_does_not_matter():
    order = torch.tensor([2, 0, 1])
    assert torch.equal(box_geometry(BOXES[order], SIZE), box_geometry(BOXES, SIZE)[order])


def test_an_object_alone_is_as_large_as_itself():
    assert box_geometry(BOXES[:1], SIZE)[0, 3] == 0
    assert box_geometry(BOXES[:0], SIZE).shape == (0, 4)
    assert box_geometry(BOXES[:0], SIZE, torch.zeros(0)).shape == (0, 4)


def test_boxes_that_a_detector_is_not_sure_of_are_not_compared_with():
    clutter = torch.tensor([[0, 0, 3, 3], [0, 0, 390, 290]], dtype=torch.float32)
    boxes = torch.cat([BOXES, clutter])
    scores = torch.tensor([0.9, 0.8, 0.95, 0.1, 0.05])
    assert torch.equal(box_geometry(boxes, SIZE, scores)[:3], box_geometry(BOXES, SIZE))


@pytest.mark.parametrize('geometry', [False, True])
def test_only_a_head_that_is_told_can_tell_a_large_box_from_a_small_one(geometry):
    small, large = torch.tensor([[30, 30, 50, 50]]), torch.tensor([[20, 20, 90, 80]])
    head, answers = make_head(geometry).eval(), []
    for boxes in (small.float(), large.float()):
        meta = dict(ori_shape=(128, 128), scale_factor=(1.0, 1.0))
        found = InstanceData(bboxes=boxes, labels=torch.zeros(1).long(), scores=torch.ones(1))
        head.predict(MAPS, [found], [meta], rescale=True)
        answers.append(found['size_scores'])
    assert torch.allclose(*answers, atol=1e-6) != geometry


def test_weights_of_a_network_without_it_fit_all_the_rest():
    found = make_head(True).load_state_dict(make_head(False).state_dict(), strict=False)
    assert (found.missing_keys, found.unexpected_keys) == (['geometry.weight'], [])


def scene(relative: bool) -> DetDataSample:
    """Six squares, of which two are large: among images, or beside their neighbours alone."""
    typical = 2.0 ** (torch.rand(1) * 2 + 3 if relative else torch.tensor([4.0]))
    large = torch.randperm(6) < 2
    sides = typical * torch.where(large, 1.5, 1.0)
    corners = torch.rand(6, 2) * (128 - sides[:, None])
    truth = InstanceData(
        bboxes=torch.cat([corners, corners + sides[:, None]], 1),
        labels=torch.zeros(6, dtype=torch.long),
        size=large.long(),
    )
    meta = dict(ori_shape=(128, 128), img_shape=(128, 128), scale_factor=(1.0, 1.0))
    return DetDataSample(gt_instances=truth, metainfo=meta)


def accuracy_where_only_size_tells(head: AttributeTaskHead, relative: bool) -> float:
    """After 150 steps on maps that are the same everywhere."""
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(150):
        losses = head.loss(MAPS, [None], [scene(relative)])
        optimizer.zero_grad()
        losses['loss_size'].backward()
        optimizer.step()
    head.eval()
    right = []
    for _ in range(20):
        sample = scene(relative)
        truth = sample.gt_instances
        found = InstanceData(bboxes=truth.bboxes, labels=truth.labels, scores=torch.ones(6))
        head.predict(MAPS, [found], [sample.metainfo], rescale=True)
        right.append(found['size'] == truth['size'])
    return torch.cat(right).float().mean().item()


@pytest.mark.parametrize('relative', [False, True])
def test_a_class_that_only_size_tells_is_learned(relative):
    assert accuracy_where_only_size_tells(make_head(True), relative) > 0.9
    assert accuracy_where_only_size_tells(make_head(False), relative) < 0.75
