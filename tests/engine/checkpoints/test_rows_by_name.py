"""``load_from`` goes by names: of classes, points, grades and maps."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from helpers import CLASSES, TASKS
from mmdet.registry import MODELS
from mmengine.config import Config
from networks import tiny_config
from tiny_detectors import NAMES, label_images, on_tiny_images

from projects.smn.engine import Predictor, link_tasks
from projects.smn.engine.checkpoints import map_rows
from projects.smn.engine.checkpoints.class_rows import class_layouts
from projects.smn.engine.checkpoints.rows import moved

IMAGE = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
TURNED = copy.deepcopy(TASKS)
TURNED['ends'].update(points=('right', 'left'))
TURNED['neck'].update(classes=('3', '1', '2'))
TURNED['colour'].update(classes=('blue', 'grey'))


def build(cfg, seed=0):
    torch.manual_seed(seed)
    model = MODELS.build(cfg.model)
    model.init_weights()
    for name, parameter in model.named_parameters():
        if parameter.dim():  # sure of something, and of each class something else
            parameter.data += 0.05 * torch.randn_like(parameter)
        if 'rtm_reg' in name and name.endswith('bias'):
            parameter.data.fill_(2)  # or RTMDet's boxes have no size
    return model


def checkpoint_of(cfg, model):
    meta = dict(dataset_meta=dict(classes=tuple(cfg.model.classes), tasks=cfg.model.tasks))
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    return dict(meta=copy.deepcopy(meta), state_dict=weights)


def loaded(cfg, checkpoint):
    """A network with its own random values, then those of a checkpoint; what was said of it."""
    model = build(cfg)
    checkpoint = dict(checkpoint, state_dict=dict(checkpoint['state_dict']))
    text = map_rows(model, checkpoint, cfg.model)
    model.load_state_dict(checkpoint['state_dict'], strict=False)
    return model, text


def predict(cfg, model, path):
    torch.save(model.state_dict(), path)
    return Predictor(cfg, path, 'cpu', score_thr=0.0)(IMAGE)


def linked(root, tasks=TASKS, classes=CLASSES):
    cfg = tiny_config(root, tasks)
    cfg.classes = classes
    cfg.model.test_cfg.rcnn.update(score_thr=0.0, max_per_img=20)
    return link_tasks(cfg)


def assert_same_answers(one, other):
    """By name, whatever the order of names."""
    assert len(one) == len(other) > 0
    assert one.names.tolist() == other.names.tolist()
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-6)
    np.testing.assert_allclose(one.boxes, other.boxes, atol=1e-3)
    for name, task in one.answered.items():
        values, others = (p[name] for p in (one, other))
        if task.kind == 'keypoint':
            others = others[:, [other.tasks[name].points.index(point) for point in task.points]]
        if task.kind == 'semantic':
            others = np.array(other.tasks[name].classes)[others]
            values = np.array(task.classes)[values]
        if task.kind in ('keypoint', 'regression'):
            np.testing.assert_allclose(values, others, rtol=1e-3, atol=1e-3)
        else:
            assert list(map(str, values)) == list(map(str, others)), name


def test_with_names_in_another_order_the_same_is_answered(tiny_coco, tmp_path):
    cfg, other = linked(tiny_coco), linked(tiny_coco, TURNED, CLASSES[::-1])
    first = build(cfg, 1)
    model, text = loaded(other, checkpoint_of(cfg, first))
    ours, theirs = (
        predict(other, model, tmp_path / 'a.pth'),
        predict(cfg, first, tmp_path / 'b.pth'),
    )
    assert ours.classes == theirs.classes[::-1]
    assert {*ours.names} == {*ours.classes}
    assert_same_answers(ours, theirs)
    assert text.startswith('classes card -> 0 (was 1), fruit -> 1 (was 0); mask.of card')
    assert 'neck.classes 3 -> 0 (was 2), 1 -> 1 (was 0), 2 -> 2 (was 1)' in text
    assert 'ends.points right -> 0 (was 1), left -> 1 (was 0)' in text


@pytest.mark.parametrize('name', NAMES)
def test_any_finder_of_objects_and_any_map_goes_by_names(name, tiny_coco, tmp_path):
    cfg = on_tiny_images(name, label_images(tiny_coco))
    test = cfg.model.test_cfg
    test.get('rcnn', test).max_per_img = 20
    other = copy.deepcopy(cfg)
    other.classes = other.classes[::-1]
    for task in other.tasks.values():
        if 'classes' in task:
            task.classes = task.classes[::-1]
    other = link_tasks(other)
    first = build(cfg, 1)
    model, text = loaded(other, checkpoint_of(cfg, first))
    assert_same_answers(
        predict(other, model, tmp_path / 'a.pth'), predict(cfg, first, tmp_path / 'b.pth')
    )
    assert text.startswith('classes card -> 0 (was 1)')


def test_what_is_new_keeps_its_random_values_and_what_is_known_goes_where_its_name_is(tiny_coco):
    cfg = linked(tiny_coco)
    tasks = copy.deepcopy(TASKS)
    tasks['neck'].update(classes=('0', '1', '2', '3'))
    other = linked(tiny_coco, tasks, ('melon', 'fruit', 'card'))
    theirs = checkpoint_of(cfg, build(cfg, 1))
    model, text = loaded(other, theirs)
    fresh, ours, weights = build(other).state_dict(), model.state_dict(), theirs['state_dict']
    for key, rows in {
        'roi_head.bbox_head.fc_cls.weight': [None, 0, 1, 2],  # the background comes last
        'roi_head.bbox_head.fc_reg.bias': [*[None] * 4, *range(8)],
        'roi_head.heads.masks.predictors.mask.weight': [None, 0, 1],
        'roi_head.heads.masks.predictors.spine.weight': [0],
        'roi_head.heads.attributes.predictors.neck.bias': [None, 0, 1, 2],
    }.items():
        expected = [fresh[key][i] if r is None else weights[key][r] for i, r in enumerate(rows)]
        assert torch.equal(ours[key], torch.stack(expected)), key
    assert 'classes fruit -> 1 (was 0), card -> 2 (was 1); new classes: melon' in text
    assert 'new neck.classes: 0' in text


def test_classes_that_share_no_name_with_those_of_a_checkpoint_take_no_row_of_it(tiny_coco):
    cfg, other = linked(tiny_coco), linked(tiny_coco, {}, ('pear', 'plum'))
    theirs = checkpoint_of(cfg, build(cfg, 1))
    model, text = loaded(other, theirs)
    fresh = build(other).state_dict()
    key = 'roi_head.bbox_head.fc_cls.weight'
    assert torch.equal(model.state_dict()[key][:2], fresh[key][:2])
    assert text == 'new classes: pear, plum'


def test_rows_of_a_loss_with_rows_of_its_own_are_not_taken_for_others(tiny_coco):
    cfg, other = linked(tiny_coco), linked(tiny_coco, classes=CLASSES[::-1])
    for config in (cfg, other):
        config.model.roi_head.bbox_head.loss_cls = dict(type='SeesawLoss', num_classes=2)
    model, _ = loaded(other, checkpoint_of(cfg, build(cfg, 1)))
    fresh, key = build(other), 'roi_head.bbox_head.fc_cls.weight'
    assert torch.equal(model.state_dict()[key], fresh.state_dict()[key])


@pytest.mark.parametrize(
    ('option', 'value', 'kept'), [('unit', 'cm', False), ('mean', 9.0, True), ('std', 9.0, True)]
)
def test_of_a_number_the_last_layer_is_kept_but_in_another_unit(tiny_coco, option, value, kept):
    cfg = linked(tiny_coco)
    other = linked(tiny_coco, {**TASKS, 'length': {**TASKS['length'], option: value}})
    theirs = checkpoint_of(cfg, build(cfg, 1))
    model, text = loaded(other, theirs)
    key = 'roi_head.heads.attributes.predictors.length.weight'
    assert torch.equal(model.state_dict()[key], theirs['state_dict'][key]) == kept
    assert text == ('' if kept else "new length: regression unit='cm', encoding='linear'")


def test_where_all_names_are_alike_or_none_is_said_nothing_is_changed(tiny_coco):
    cfg = linked(tiny_coco)
    theirs = checkpoint_of(cfg, build(cfg, 1))
    bare = dict(theirs, meta={})
    other = linked(tiny_coco, classes=CLASSES[::-1])
    for config, checkpoint in ((cfg, theirs), (other, bare)):
        before = dict(checkpoint['state_dict'])
        assert map_rows(build(config), checkpoint, config.model) == ''
        assert all(checkpoint['state_dict'][key] is value for key, value in before.items())


def test_of_rows_of_one_name_the_first_is_taken_for_the_first():
    ours, theirs = torch.zeros(6), torch.arange(1.0, 5.0)
    mapped = moved(ours, theirs, ('b', 'c', 'a') * 2, ('a', 'b') * 2)
    assert mapped.tolist() == [2, 0, 1, 4, 0, 3]
    assert ours.tolist() == [0] * 6


def test_boxes_of_images_that_share_a_layer_go_by_the_names_of_their_tasks():
    heads = dict(boxes=dict(type='ImageBoxTaskHead', in_channels=512))
    backbone = dict(type='ResNet', depth=18)
    tasks = {name: dict(type='BoxTask') for name in ('head', 'tail')}

    def config(tasks):
        model = dict(type='MultiTaskNet', backbone=backbone, heads=heads)
        return Config(dict(model=dict(model, classes=CLASSES, tasks=tasks)))

    cfg, other = config(tasks), config(dict(reversed(tasks.items())))
    first = build(cfg, 1).eval()
    model, _ = loaded(other, checkpoint_of(cfg, first))
    x = torch.rand(1, 3, 64, 64)
    ours, theirs = (net.eval()(x, mode='tensor') for net in (model, first))
    assert not torch.equal(theirs[0], theirs[1])
    assert torch.allclose(torch.stack(ours[::-1]), torch.stack(theirs), atol=1e-6)


def test_letters_that_unicode_writes_in_two_ways_are_one_name(tiny_coco):
    composed, decomposed = 'lim\u00f3n', 'limo\u0301n'
    theirs = linked(tiny_coco, {}, (composed, 'card'))
    ours = linked(tiny_coco, {}, ('card', decomposed))
    checkpoint = checkpoint_of(theirs, build(theirs, seed=1))
    model, text = loaded(ours, checkpoint)
    key = 'roi_head.bbox_head.fc_cls.weight'
    assert torch.equal(model.state_dict()[key][:2], checkpoint['state_dict'][key][[1, 0]])
    assert 'new' not in text


def test_of_a_head_that_cannot_be_built_again_nobody_knows_the_rows():
    model = torch.nn.Module()
    model.classes = CLASSES
    model.bbox_head = torch.nn.Linear(4, len(CLASSES))
    layouts = class_layouts(model, dict(bbox_head=dict(type='HeadOfNobody')))
    assert layouts == {'bbox_head.weight': None, 'bbox_head.bias': None}
