"""Boxes by a dense head beside semantic maps."""

from __future__ import annotations

import pytest
import torch
from helpers import read_coco, write_coco
from whole_images import RESIZE, TASKS, make_whole_images, ssd, whole_batch, whole_losses

BACKGROUND = 1  # after the only class


@pytest.fixture
def root(tmp_path):
    return make_whole_images(tmp_path / 'whole')


def change(root, *complete: bool, boxes: bool = True) -> None:
    """Say which images are complete, and whether there are boxes."""
    content = read_coco(root)
    for image, value in zip(content['images'], complete, strict=False):
        image['complete'] = value
    if not boxes:
        content['annotations'] = []
    write_coco(root, content)


def gradients(model, prefix: str) -> list[torch.Tensor]:
    return [p.grad for name, p in model.named_parameters() if name.startswith(prefix)]


def test_incomplete_images_without_boxes_teach_maps_and_no_boxes(root):
    change(root, False, False, boxes=False)
    model = ssd()
    losses = whole_losses(model, whole_batch(root))
    assert losses['loss_cls'] == 0
    assert losses['loss_bbox'] == 0
    assert losses['loss_map'] > 0
    sum(losses.values()).backward()
    for gradient in gradients(model, 'bbox_head.'):
        assert gradient is not None
        assert not gradient.any()
    assert all(gradient.any() for gradient in gradients(model, 'heads.maps.'))


def scores_of(model, batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradients of the background's scores and of the objects' scores, of all anchors."""
    kept = []

    def keep(module, args, outputs):
        for scores in outputs[0]:
            scores.retain_grad()
            kept.append(scores)

    handle = model.bbox_head.register_forward_hook(keep)
    whole_losses(model, batch)['loss_cls'].backward()
    handle.remove()
    parts = [s.grad.permute(0, 2, 3, 1).reshape(-1, BACKGROUND + 1) for s in kept]
    objects, background = torch.cat(parts).unbind(1)
    return background, objects


def test_no_anchor_of_an_incomplete_image_is_told_that_it_is_background(root):
    background, objects = scores_of(ssd(), whole_batch(root, indices=(0,)))
    assert (background < 0).any()
    assert (objects < 0).any()
    change(root, False)
    background, objects = scores_of(ssd(), whole_batch(root, indices=(0,)))
    assert not (background < 0).any()
    assert (objects < 0).any()


@pytest.mark.parametrize('task', [None, *TASKS])
def test_boxes_are_learned_the_same_whatever_else_is_asked(root, task):
    tasks = {} if task is None else {task: TASKS[task]}
    expected = whole_losses(ssd(), whole_batch(root))
    got = whole_losses(ssd(tasks), whole_batch(root, tasks=tasks))
    assert got.keys() == {'loss_cls', 'loss_bbox', *(f'loss_{name}' for name in tasks)}
    for name, value in got.items():
        torch.testing.assert_close(value, expected[name])


@pytest.mark.parametrize('complete', [True, False])
def test_images_without_objects_teach_ssd_nothing_and_are_not_counted(root, complete):
    model = ssd()
    for boxes, count in ((True, 2), (False, 0)):
        change(root, complete, complete, boxes=boxes)
        data = model.data_preprocessor(whole_batch(root), training=True)
        losses = model.loss(data['inputs'], data['data_samples'])
        assert losses.pop('labelled/detection') == count
        loss_cls, loss_bbox = (sum(losses[name]) for name in ('loss_cls', 'loss_bbox'))
        assert bool(loss_cls + loss_bbox) == boxes


def test_objects_are_found_in_pixels_of_the_original_image(root):
    model = ssd().eval()
    with torch.no_grad():
        samples = model.test_step(whole_batch(root, RESIZE, indices=(0, 1, 2)))
    for sample in samples:
        found, (height, width) = sample.pred_instances, sample.ori_shape
        assert 0 < len(found) <= 5
        assert {'bboxes', 'labels', 'scores'} <= set(found.keys())
        assert (found.labels == 0).all()
        assert (found.bboxes >= 0).all()
        assert (found.bboxes <= torch.tensor([width, height] * 2) + 1e-3).all()
        assert found.bboxes.max() > 33  # the network saw 32 pixels


def test_boxes_alone_are_a_network_too(root):
    model = ssd({}).eval()
    with torch.no_grad():
        (sample,) = model.test_step(whole_batch(root, RESIZE, tasks={}, indices=(0,)))
    assert 'pred_instances' in sample
    assert 'pred_sem_seg' not in sample
    assert 'pred_image' not in sample
