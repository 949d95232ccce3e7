"""What all tasks have in common, and how they are built from a config."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers import CLASSES, TASKS

from projects.smn.errors import UserError
from projects.smn.tasks import Task, build_tasks
from projects.smn.tasks.names import refuse_taken_names

PLAIN = {
    'mask': dict(type='MaskTask'),
    'keypoint': dict(type='KeypointTask', points=('tip',)),
    'classification': dict(type='ClassificationTask', classes=('a', 'b')),
    'regression': dict(type='RegressionTask'),
}
every_kind = pytest.mark.parametrize('config', PLAIN.values(), ids=PLAIN)


def build(name='task', **config):
    return build_tasks({name: config}, CLASSES)[name]


def test_tasks_keep_the_order_of_the_config():
    assert list(build_tasks(TASKS, CLASSES)) == list(TASKS)
    backwards = dict(reversed(TASKS.items()))
    assert list(build_tasks(backwards, CLASSES)) == list(backwards)


@pytest.mark.parametrize('tasks', [None, {}])
def test_no_tasks_is_fine(tasks):
    assert build_tasks(tasks, CLASSES) == {}


@every_kind
def test_three_tasks_of_one_kind_are_three_tasks(config):
    tasks = build_tasks({'one': config, 'two': config, 'three': config}, CLASSES)
    assert [task.name for task in tasks.values()] == ['one', 'two', 'three']


def test_none_switches_off_a_task_of_a_base_config():
    assert list(build_tasks({**TASKS, 'neck': None}, CLASSES)) == [k for k in TASKS if k != 'neck']


def test_building_does_not_change_the_config():
    config = dict(type='MaskTask', of=('fruit',))
    build_tasks(dict(mask=config), CLASSES)
    assert config == dict(type='MaskTask', of=('fruit',))


@every_kind
def test_of_decides_which_labels_have_the_task(config):
    labels = [1, 0, 0, 1]
    assert build(**config).applies(np.array(labels)).tolist() == [True] * 4
    task = build(**config, of=('card',))
    for given in (np.array(labels), torch.tensor(labels)):
        assert task.applies(given).tolist() == [True, False, False, True]
    assert task.applies(np.zeros(0)).shape == (0,)


def test_of_accepts_one_name_and_keeps_an_order_of_its_own():
    assert build(type='MaskTask', of='card').of == ('card',)
    task = build(type='MaskTask', of=('card', 'fruit'))
    assert task.channel_of_label().tolist() == [1, 0]
    assert build(type='MaskTask', of=('card',)).channel_of_label().tolist() == [-1, 0]


def test_loss_options_are_merged_over_the_default_of_the_same_type_only():
    default = build(type='RegressionTask').loss
    assert build(type='RegressionTask', loss=dict(beta=0.5)).loss == {**default, 'beta': 0.5}
    other = dict(type='L1Loss', loss_weight=2.0)
    assert build(type='RegressionTask', loss=other).loss == other
    assert build(type='RegressionTask').loss == default


@every_kind
@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(type='NoTask'), ["'NoTask'", 'MaskTask', 'KeypointTask']),
        (dict(colour='red'), ["'colour'", "'of'", "'loss'"]),
        (dict(name='other'), ["'name'"]),
        (dict(of=('fruit', 'leaf')), ["'leaf'", "'fruit'", "'card'"]),
        (dict(of='leaf'), ["'leaf'", "'fruit'", "'card'"]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else '',
)
def test_what_does_not_exist_is_named_together_with_what_does(config, change, words):
    with pytest.raises(UserError) as error:
        build_tasks(dict(ripe={**config, **change}), CLASSES)
    for word in ["'ripe'", *words]:
        assert word in str(error.value)


@pytest.mark.parametrize('config', ['MaskTask', {}, dict(of=('fruit',)), 3])
def test_a_task_without_type_is_refused(config):
    with pytest.raises(UserError, match=r"'ripe'.*`type`.*MaskTask"):
        build_tasks(dict(ripe=config), CLASSES)


@pytest.mark.parametrize('config', [PLAIN['mask'], PLAIN['regression']], ids=['mask', 'regression'])
@pytest.mark.parametrize(
    'name',
    [
        *('bboxes', 'masks', 'labels', 'scores', 'areas', 'complete'),  # fields
        *('image', 'object', 'class'),  # columns
        *('2nd', 'two words', 'a.b', ''),  # no identifiers
        *('loss', 'glossy'),
    ],
)
def test_names_that_would_collide_are_refused(name, config):
    with pytest.raises(UserError) as error:
        build_tasks({name: config}, CLASSES)
    assert f'task {name!r}' in str(error.value)


@pytest.mark.parametrize(
    ('name', 'other'), [('classification', 'classification_scores'), ('mask', 'mask_labelled')]
)
def test_the_name_of_a_field_of_another_task_is_refused(name, other):
    assert build_tasks({other: PLAIN['mask']}, CLASSES)
    with pytest.raises(UserError, match=f"task '{other}' needs another name"):
        build_tasks({other: PLAIN['mask'], name: PLAIN[name]}, CLASSES)


@pytest.mark.parametrize('name', ['values', 'cat', 'type', 'training'])
def test_names_of_methods_of_the_libraries_are_refused(name):
    tasks = build_tasks({name: PLAIN['mask'], 'mask': PLAIN['mask']}, CLASSES)
    with pytest.raises(UserError, match=f"task '{name}': a task needs another name"):
        refuse_taken_names(tasks)
    refuse_taken_names(TASKS)


def test_declaring_tasks_and_asking_where_labels_are_takes_no_torch():
    """A converter must not wait for it."""
    code = (
        'import sys\n'
        'import projects.smn.convert.sparsify\n'
        'from projects.smn.tasks import build_tasks\n'
        f'tasks = build_tasks({TASKS!r}, {CLASSES!r})\n'
        "print([task.label_path for task in tasks.values()], 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert said.stdout.strip().endswith('False')


@every_kind
def test_geometry_has_one_entry_per_label_and_packs_what_is_labelled(config):
    task = build('task', **config)
    labels = dict(mask=[], keypoint=[[3, 4, 2]], classification=1, regression=2.5)
    loaded = task.load([None, labels[task.kind]], (8, 6), read=open)
    assert len(loaded) == 2
    fields = task.pack(loaded)
    assert task.name in fields
    assert task.labelled(fields).tolist() == [False, True]
    assert task.labelled(task.pack(loaded[np.array([1])])).tolist() == [True]
    assert task.labelled(task.pack(loaded[np.array([], int)])).shape == (0,)


@pytest.mark.parametrize('classes', [(), 'fruit', None])
def test_classes_must_be_a_tuple_of_names(classes):
    with pytest.raises(UserError, match='classes'):
        build_tasks(TASKS, classes)


def test_a_kind_of_ones_own_that_lacks_answers_is_told_which():
    class Unsaid(Task):
        kind, num_outputs = 'unsaid', 1

    with pytest.raises(UserError, match=r"Unsaid.* does not say 'default_loss', .*'encode'"):
        build_tasks(dict(a=dict(type=Unsaid)), CLASSES)


def test_a_missing_or_ill_typed_option_is_a_user_error():
    with pytest.raises(UserError, match=r"'ends'.*points"):
        build('ends', type='KeypointTask')
    with pytest.raises(UserError, match="'length'"):
        build('length', type='RegressionTask', std='wide')
    with pytest.raises(UserError, match="'ends'"):
        build('ends', type='KeypointTask', points=('a',), sigmas='wide')


# Taking a label away

SOURCES = {
    'mask': (dict(type='MaskTask'), ('segmentation',)),
    'spine': (dict(type='MaskTask'), ('masks', 'spine')),
    'edge': (dict(type='MaskTask', source='rim'), ('masks', 'rim')),
    'ends': (dict(type='KeypointTask', points=('a',)), ('keypoints',)),
    'tips': (dict(type='KeypointTask', points=('a',), source='tips'), ('points', 'tips')),
    'neck': (dict(type='ClassificationTask', classes=('1', '2')), ('attributes', 'neck')),
    'length': (dict(type='RegressionTask', source='mm'), ('attributes', 'mm')),
}
every_source = pytest.mark.parametrize(
    ('name', 'config', 'path'), [(n, *SOURCES[n]) for n in SOURCES]
)


def all_labels():
    return dict(
        id=3,
        bbox=[1, 2, 3, 4],
        area=12,
        segmentation=[[1, 2, 4, 2, 4, 6]],
        masks=dict(spine=[], rim=[]),
        keypoints=[1, 2, 2],
        num_keypoints=1,
        points=dict(tips=[1, 2, 2]),
        attributes=dict(neck='2', mm=5, occluded=True),
    )


@every_source
def test_without_its_label_an_annotation_is_as_if_it_never_had_one(name, config, path):
    task = build(name, **config)
    annotation, left = all_labels(), all_labels()
    assert task.label_path == path
    assert task.find_label(annotation) is not None
    *outer, key = path
    (left[outer[0]] if outer else left).pop(key)
    if path == ('keypoints',):
        left.pop('num_keypoints')
    if path == ('points', 'tips'):
        left.pop('points')  # nothing else was in it
    rest = task.without_label(annotation)
    assert rest == left
    assert list(rest) == list(left)  # files stay comparable
    assert task.find_label(rest) is None
    assert annotation == all_labels()  # is not changed
    assert task.without_label(rest) == rest


@every_source
def test_other_tasks_keep_their_labels(name, config, path):
    tasks = build_tasks({key: other for key, (other, _) in SOURCES.items()}, CLASSES)
    rest = tasks[name].without_label(all_labels())
    found = {key for key, task in tasks.items() if task.find_label(rest) is not None}
    assert found == set(SOURCES) - {name}


@every_source
@pytest.mark.parametrize('empty', [None, {}])
def test_a_label_that_is_absent_or_null_can_be_taken_away_too(name, config, path, empty):
    task = build(name, **config)
    *outer, key = path
    assert task.without_label(dict(id=3)) == dict(id=3)
    assert task.without_label({'id': 3, (outer or [key])[0]: empty}) == dict(id=3)
