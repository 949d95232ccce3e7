"""Labels that are absent teach nothing; tasks do not disturb each other."""

from __future__ import annotations

import itertools

import pytest
import torch
from helpers import TASKS, read_coco, write_coco
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from networks import losses_of, tiny_batch, tiny_model
from pycocotools import mask as mask_utils

from projects.smn.models.task_heads.base import around_objects

LABEL_KEYS = dict(
    mask=('segmentation',),
    spine=('masks', 'spine'),
    ends=('keypoints',),
    neck=('attributes', 'neck'),
    colour=('attributes', 'colour'),
    length=('attributes', 'length'),
)


def remove_labels(root, task: str) -> None:
    """Delete a task's labels from the annotation file: not labelled."""
    content = read_coco(root)
    for annotation in content['annotations']:
        *path, key = LABEL_KEYS[task]
        for step in path:
            annotation = annotation.get(step, {})
        annotation.pop(key, None)
    write_coco(root, content)


def own_parameters(model, task: str) -> list[torch.nn.Parameter]:
    return [p for n, p in model.named_parameters() if f'predictors.{task}.' in n]


def shared_gradients(model, tasks=TASKS) -> dict[str, torch.Tensor]:
    own = tuple(f'predictors.{task}.' for task in TASKS)
    return {
        n: p.grad
        for n, p in model.named_parameters()
        if p.grad is not None and not any(part in n for part in own)
    }


@pytest.mark.parametrize('task', TASKS)
def test_task_with_labels_has_a_loss_and_gradients(task, tiny_coco):
    model = tiny_model(tiny_coco)
    losses = losses_of(model, tiny_batch(tiny_coco))
    losses[f'loss_{task}'].backward()
    assert losses[f'loss_{task}'] > 0
    assert all(p.grad.abs().sum() > 0 for p in own_parameters(model, task))


# Masks and keypoints train on proposals, or on the objects' own boxes with a little jitter.
framing = pytest.mark.parametrize('jitter', [None, 0.08], ids=['proposals', 'objects'])


def framed(jitter: float | None) -> dict:
    heads = dict(masks=dict(jitter=jitter), keypoints=dict(jitter=jitter))
    return dict(roi_head=dict(heads=heads))


@framing
@pytest.mark.parametrize('task', TASKS)
def test_task_without_labels_gets_exactly_zero_gradient(task, jitter, tiny_coco):
    remove_labels(tiny_coco, task)
    model = tiny_model(tiny_coco, options=framed(jitter))
    losses = losses_of(model, tiny_batch(tiny_coco))
    assert losses[f'loss_{task}'] == 0
    sum(losses.values()).backward()
    for parameter in own_parameters(model, task):
        # Zero, not None: every rank of a distributed run must take part.
        assert torch.equal(parameter.grad, torch.zeros_like(parameter))


@framing
@pytest.mark.parametrize('task', TASKS)
def test_absent_labels_and_an_absent_task_are_the_same_to_all_others(task, jitter, tiny_coco):
    without = {name: config for name, config in TASKS.items() if name != task}
    other = tiny_model(tiny_coco, without, options=framed(jitter))
    expected = losses_of(other, tiny_batch(tiny_coco, without))
    sum(expected.values()).backward()
    remove_labels(tiny_coco, task)
    model = tiny_model(tiny_coco, options=framed(jitter))
    got = losses_of(model, tiny_batch(tiny_coco))
    sum(got.values()).backward()
    assert got.pop(f'loss_{task}') == 0
    assert got.keys() == expected.keys()
    for name in expected:
        torch.testing.assert_close(got[name], expected[name], msg=name)
    gradients = shared_gradients(model)
    for name, gradient in shared_gradients(other).items():
        torch.testing.assert_close(gradients[name], gradient, msg=name)


@pytest.mark.parametrize('task', ['neck', 'colour', 'length'])
def test_unlabelled_objects_do_not_change_the_loss_of_the_labelled(task, tiny_coco):
    # Batch statistics would tie the images together; jitter draws per object.
    model = tiny_model(tiny_coco).eval()
    model.roi_head.heads['attributes'].jitter = 0.0
    alone = losses_of(model, tiny_batch(tiny_coco, indices=(0,)))[f'loss_{task}']
    with_unlabelled = losses_of(model, tiny_batch(tiny_coco, indices=(0, 2)))[f'loss_{task}']
    torch.testing.assert_close(with_unlabelled, alone)
    assert alone > 0


@pytest.mark.parametrize('task', ['mask', 'spine', 'ends'])
def test_unlabelled_images_do_not_change_the_loss_of_the_labelled_regions(task, tiny_coco):
    model = tiny_model(tiny_coco).eval()
    # All regions, so that none is drawn at random.
    model.rpn_head.sampler.num = model.roi_head.bbox_sampler.num = 10**6
    alone = losses_of(model, tiny_batch(tiny_coco, indices=(0,)))[f'loss_{task}']
    with_unlabelled = losses_of(model, tiny_batch(tiny_coco, indices=(0, 2)))[f'loss_{task}']
    torch.testing.assert_close(with_unlabelled, alone)
    assert alone > 0


@pytest.mark.parametrize('task', TASKS)
def test_unlabelled_objects_of_an_image_take_no_place_of_the_labelled(task, tiny_coco):
    content = read_coco(tiny_coco)
    card = next(a for a in content['annotations'] if a['category_id'] == 2)
    card.pop('segmentation')
    card.pop('attributes')
    write_coco(tiny_coco, content)
    model = tiny_model(tiny_coco)
    seen = []
    for head in model.roi_head.heads.values():
        head.register_forward_pre_hook(lambda head, args: seen.append((head, args[1])))
        head.max_rois = 1
    losses_of(model, tiny_batch(tiny_coco, indices=(0,)))
    (rois,) = [rois for head, rois in seen if head.answers(model.tasks[task])]
    assert len(rois) == 1


@pytest.mark.parametrize('count', [0, 1, 3])
def test_any_number_of_tasks_of_each_kind_trains_and_predicts(count, tiny_coco):
    kinds = (
        dict(type='MaskTask', source='segmentation'),
        dict(type='KeypointTask', points=('left', 'right')),
        dict(type='ClassificationTask', classes=('1', '2', '3'), source='neck'),
        dict(type='RegressionTask', source='length'),
    )
    tasks = {
        f'task_{number}_{kind}': config
        for (kind, config), number in itertools.product(enumerate(kinds), range(count))
    }
    model = tiny_model(tiny_coco, tasks)
    losses = losses_of(model, tiny_batch(tiny_coco, tasks))
    assert {f'loss_{name}' for name in tasks} <= losses.keys()
    sum(losses.values()).backward()
    model.eval()
    model.roi_head.test_cfg.score_thr = 0.0
    batch = model.data_preprocessor(tiny_batch(tiny_coco, tasks))
    results = model.predict(batch['inputs'], batch['data_samples'])
    assert all(name in results[0].pred_instances for name in tasks)


def test_prediction_without_a_detection_has_every_field(tiny_coco):
    model = tiny_model(tiny_coco).eval()
    model.roi_head.test_cfg.score_thr = 1.1
    batch = model.data_preprocessor(tiny_batch(tiny_coco))
    (first, _) = model.predict(batch['inputs'], batch['data_samples'])
    assert len(first.pred_instances) == 0
    assert set(TASKS) | {'neck_scores', 'colour_scores'} <= set(first.pred_instances.keys())


def test_objects_outside_of_get_no_prediction(tiny_coco):
    model = tiny_model(tiny_coco).eval()
    model.roi_head.test_cfg.score_thr = 0.0
    batch = model.data_preprocessor(tiny_batch(tiny_coco))
    found = model.predict(batch['inputs'], batch['data_samples'])[0].pred_instances
    card = found.labels == 1
    assert card.any()
    assert (~card).any()
    assert (found.neck[card] == -1).all()
    assert (found.neck[~card] >= 0).all()
    assert found.length[card].isnan().all()
    assert found.length[~card].isfinite().all()
    assert found.ends[card].isnan().all()
    assert not any(mask_utils.area(mask) for mask in found[card].spine)
    assert (found.colour >= 0).all()


def test_adding_a_task_leaves_the_other_parameters_loadable(tiny_coco):
    more = dict(TASKS, width=dict(type='RegressionTask', source='length'))
    before, after = tiny_model(tiny_coco), tiny_model(tiny_coco, more)
    missing, unexpected = after.load_state_dict(before.state_dict(), strict=False)
    assert not unexpected
    assert missing
    assert all('.width.' in name for name in missing)


def test_a_limit_of_rois_bounds_what_a_head_trains_on(tiny_coco, monkeypatch):
    model = tiny_model(tiny_coco)
    seen = []
    for name in ('masks', 'keypoints'):
        head = model.roi_head.heads[name]
        head.max_rois = 1
        forward = head.trunk.forward
        monkeypatch.setattr(head.trunk, 'forward', lambda x, f=forward: seen.append(len(x)) or f(x))
    losses = losses_of(model, tiny_batch(tiny_coco))
    assert seen == [2, 2]  # one per image
    assert losses['loss_mask'] > 0


def rois_seen(model, batch, head: str, monkeypatch) -> torch.Tensor:
    """The RoIs (R, 5) whose features a task head asks for in a training step."""
    seen = []
    extract = model.roi_head.heads[head].extract
    monkeypatch.setattr(
        model.roi_head.heads[head], 'extract', lambda x, rois: seen.append(rois) or extract(x, rois)
    )
    losses_of(model, batch)
    (rois,) = seen
    return rois


@pytest.mark.parametrize(('head', 'task'), [('masks', 'mask'), ('keypoints', 'ends')])
def test_with_jitter_a_head_sees_each_labelled_object_once_in_its_frame(
    head, task, tiny_coco, monkeypatch
):
    model, batch = tiny_model(tiny_coco), tiny_batch(tiny_coco)
    model.roi_head.heads[head].jitter = 0.0
    model.roi_head.heads[head].expand = 1.0
    truth = [sample.gt_instances for sample in batch['data_samples']]
    labelled = [model.roi_head.tasks[task].labelled(objects) for objects in truth]
    boxes = [objects.bboxes.tensor[chosen] for objects, chosen in zip(truth, labelled, strict=True)]
    rois = rois_seen(model, batch, head, monkeypatch)
    torch.testing.assert_close(rois[:, 1:], torch.cat(boxes))
    assert rois[:, 0].tolist() == [i for i, part in enumerate(boxes) for _ in part]


def test_jitter_moves_sides_by_at_most_its_share(tiny_coco, monkeypatch):
    model, batch = tiny_model(tiny_coco), tiny_batch(tiny_coco)
    model.roi_head.heads['masks'].jitter = 0.1
    boxes = torch.cat([sample.gt_instances.bboxes.tensor for sample in batch['data_samples']])
    moved = rois_seen(model, batch, 'masks', monkeypatch)[:, 1:] - boxes
    share = moved.abs() / (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
    assert 0 < share.max() <= 0.1 + 1e-5


def mask_targets(model, batch, monkeypatch) -> torch.Tensor:
    """What the mask head learns in a step, (R, h, w)."""
    seen = []
    loss = model.roi_head.heads['masks'].losses['mask']
    forward = loss.forward
    monkeypatch.setattr(loss, 'forward', lambda *args: seen.append(args[1]) or forward(*args))
    losses_of(model, batch)
    (targets,) = seen
    return targets


def test_soft_targets_are_the_covered_share_of_each_cell(tiny_coco, monkeypatch):
    model, batch = tiny_model(tiny_coco), tiny_batch(tiny_coco)
    head = model.roi_head.heads['masks']
    head.jitter = 0.0
    objects = [sample.gt_instances for sample in batch['data_samples']]
    boxes = torch.cat([part.bboxes.tensor for part in objects])
    areas = torch.cat([torch.from_numpy(part['mask'].masks).flatten(1).sum(1) for part in objects])
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    labelled = torch.cat([part['mask_labelled'] for part in objects])
    for soft in (True, False):
        head.soft_targets = soft
        targets = mask_targets(model, batch, monkeypatch)
        assert ((targets == 0) | (targets == 1)).all() != soft
        share = targets.float().mean((1, 2))
        torch.testing.assert_close(share, (areas / sizes)[labelled], rtol=0, atol=0.03)


def test_jittered_rois_stay_in_the_image():
    # mmdet cuts mask targets off at the border: features from beyond it would not fit them.
    sample = DetDataSample(metainfo=dict(img_shape=(40, 60)))
    boxes = torch.tensor([[0.0, 0, 20, 10], [40, 30, 60, 40], [20, 10, 40, 30]]).repeat(50, 1)
    sample.gt_instances = InstanceData(bboxes=boxes, labels=torch.zeros(150, dtype=torch.long))
    torch.manual_seed(0)
    rois = around_objects(sample, torch.arange(150), jitter=0.4).pos_priors
    assert (rois >= 0).all()
    assert (rois <= torch.tensor([60, 40, 60, 40])).all()
    assert (rois[:, :2] < rois[:, 2:]).all()
    assert not (rois == boxes).all(1).any()
