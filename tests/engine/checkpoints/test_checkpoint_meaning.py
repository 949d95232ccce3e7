"""A checkpoint is weights and the meaning of their outputs."""

from __future__ import annotations

import copy

import pytest
import torch
from helpers import CLASSES, TASKS, make_tiny_coco
from mmengine.registry import init_default_scope
from networks import tiny_config, tiny_model

from projects.smn.engine import Predictor, TaskRunner
from projects.smn.engine.checkpoints import load_checkpoint_file, meaning
from projects.smn.engine.checkpoints.said import said_by
from projects.smn.errors import UserError

REVERSED = [
    ('mask', 'of', CLASSES[::-1]),
    ('ends', 'points', ('right', 'left')),
    ('neck', 'classes', ('3', '2', '1')),
    ('length', 'mean', 100.0),
    ('length', 'std', 1.0),
    ('length', 'unit', 'cm'),
    ('length', 'encoding', 'log_box'),
]


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    init_default_scope('mmdet')
    return make_tiny_coco(tmp_path_factory.mktemp('meaning') / 'data')


@pytest.fixture(scope='module')
def run(root, tmp_path_factory):
    """The checkpoint of a training."""
    folder = tmp_path_factory.mktemp('run') / 'work'
    TaskRunner.from_cfg(config(root, folder)).train()
    return folder / 'epoch_1.pth'


def config(root, folder, tasks=TASKS, **options):
    cfg = tiny_config(root, copy.deepcopy(dict(tasks)))
    cfg.update(work_dir=str(folder), experiment_name=str(folder), log_level='ERROR')
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
    cfg.update(val_cfg=None, val_dataloader=None, val_evaluator=None, default_scope='mmdet')
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
    cfg.update(options)
    return cfg


def with_option(name, option, value):
    return {**TASKS, name: {**TASKS[name], option: value}}


def assert_refused(error, *words):
    sentence = str(error.value)
    assert '\n' not in sentence
    assert all(word in sentence for word in words), sentence


@pytest.mark.parametrize(('name', 'option', 'value'), REVERSED)
def test_a_prediction_is_refused_that_would_be_misread(run, root, tmp_path, name, option, value):
    cfg = config(root, tmp_path, with_option(name, option, value))
    with pytest.raises(UserError) as error:
        Predictor(cfg, run, device='cpu')
    assert_refused(error, f"task '{name}' has {option}=", 'epoch_1.pth was trained with')


def test_classes_in_another_order_are_refused_by_who_predicts_tests_and_resumes(
    run, root, tmp_path
):
    cfg = config(root, tmp_path / 'other', classes=CLASSES[::-1], load_from=str(run))
    words = "classes=('card', 'fruit')", "epoch_1.pth was trained with ('fruit', 'card')"
    with pytest.raises(UserError) as error:
        Predictor(cfg, run, device='cpu')
    assert_refused(error, *words)
    with pytest.raises(UserError) as error:
        TaskRunner.from_cfg(cfg).test()
    assert_refused(error, *words)
    cfg.resume = True
    with pytest.raises(UserError) as error:
        TaskRunner.from_cfg(cfg).train()
    assert_refused(error, *words)


@pytest.mark.parametrize(
    'changed', [dict(bgr_to_rgb=False), dict(mean=[1.0] * 3), dict(std=[2.0] * 3)], ids=str
)
def test_who_predicts_tests_and_resumes_takes_pixels_as_the_training_did(
    run, root, tmp_path, changed
):
    cfg = config(root, tmp_path / 'other', load_from=str(run))
    cfg.model.data_preprocessor.update(changed)
    with pytest.raises(UserError) as error:
        Predictor(cfg, run, device='cpu')
    assert_refused(error, 'colours of an image would be others')
    with pytest.raises(UserError) as error:
        TaskRunner.from_cfg(cfg).test()
    assert_refused(error, 'colours of an image would be others')
    cfg.resume = True
    with pytest.raises(UserError) as error:
        TaskRunner.from_cfg(cfg).train()
    assert_refused(error, 'colours of an image would be others')


def test_a_run_is_not_resumed_with_tasks_of_one_head_in_another_order(run, root, tmp_path):
    # Of one shape, so that nothing else could tell.
    tasks = {name: TASKS[name] for name in ('mask', 'spine', 'ends', 'colour', 'neck', 'length')}
    cfg = config(root, tmp_path, tasks, load_from=str(run), resume=True)
    with pytest.raises(UserError, match='tasks or heads in another order'):
        TaskRunner.from_cfg(cfg).train()


def test_the_same_meaning_written_otherwise_passes(run, root, tmp_path):
    tasks = with_option('length', 'std', 45)
    tasks['ends'] = {**tasks['ends'], 'points': ['left', 'right'], 'sigmas': 0.05, 'flip_pairs': ()}
    tasks['neck'] = {**tasks['neck'], 'ordinal': False, 'loss': dict(loss_weight=3.0)}
    tasks['colour'] = {**tasks['colour'], 'of': 'card'}
    cfg = config(root, tmp_path, tasks, classes=list(CLASSES))
    Predictor(cfg, run, device='cpu')


@pytest.mark.parametrize('meta', [None, {}, dict(dataset_meta=None), dict(dataset_meta='x')])
def test_weights_that_do_not_say_what_they_mean_pass_and_that_is_said(
    root, tmp_path, meta, monkeypatch
):
    said = []
    monkeypatch.setattr(meaning, 'print_log', lambda text, **_: said.append(text))
    weights = tiny_model(root).state_dict()
    path = tmp_path / 'bare.pth'
    torch.save(weights if meta is None else dict(meta=meta, state_dict=weights), path)
    Predictor(config(root, tmp_path, classes=CLASSES[::-1]), path, device='cpu')
    assert ['does not say what its outputs mean' in text for text in said] == [True]


@pytest.mark.parametrize(
    'data',
    [
        dict(classes=CLASSES, tasks='x'),
        dict(
            classes=CLASSES, tasks=dict(neck=5, mask=dict(type=7), ends=dict(type='KeypointTask'))
        ),
        dict(classes=[1, 2], tasks=TASKS),
        dict(classes=CLASSES, tasks=dict(length=dict(TASKS['length'], mean='x', option='gone'))),
    ],
)
def test_nonsense_is_not_said(data):
    said = said_by(dict(meta=dict(dataset_meta=data)))
    assert (said.tasks, said.unknown) == ({}, {})


def test_options_of_other_versions_do_not_hide_what_a_task_means():
    tasks = dict(neck={**TASKS['neck'], 'loss': dict(type='Gone'), 'was_there_once': True})
    said = said_by(dict(meta=dict(dataset_meta=dict(classes=CLASSES, tasks=tasks))))
    assert said.tasks['neck'].classes == ('1', '2', '3')


def test_a_kind_that_is_not_known_here_is_another_kind(run, root, tmp_path):
    checkpoint = load_checkpoint_file(run)
    checkpoint['meta']['dataset_meta']['tasks']['neck'] = dict(type='RipenessTask')
    torch.save(checkpoint, tmp_path / 'own.pth')
    with pytest.raises(UserError) as error:
        Predictor(config(root, tmp_path), tmp_path / 'own.pth', device='cpu')
    assert_refused(error, "task 'neck' has type='ClassificationTask'", "'RipenessTask'")


def test_classes_in_the_words_of_mmdetection_are_compared_too(root, tmp_path):
    path = tmp_path / 'zoo.pth'
    weights = tiny_model(root).state_dict()
    torch.save(dict(meta=dict(CLASSES=('card', 'fruit')), state_dict=weights), path)
    with pytest.raises(UserError, match=r"zoo\.pth was trained with \('card', 'fruit'\)"):
        Predictor(config(root, tmp_path), path, device='cpu')


def test_of_many_classes_a_refusal_names_those_from_the_first_that_differs(root, tmp_path):
    names = tuple(f'c{i}' for i in range(30))
    meta = dict(dataset_meta=dict(classes=(*names[:20], *names[:19:-1])))
    torch.save(dict(meta=meta, state_dict=tiny_model(root).state_dict()), tmp_path / 'many.pth')
    cfg = config(root, tmp_path, {'mask': TASKS['mask']}, classes=names)
    with pytest.raises(UserError) as error:
        Predictor(cfg, tmp_path / 'many.pth', device='cpu')
    assert_refused(error, "classes=(..., 'c20', 'c21',", 'and 2 more)', "with (..., 'c29', 'c28'")
