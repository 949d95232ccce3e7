"""Which head answers which task, and the sentences about tasks that none answers."""

from __future__ import annotations

import pytest
from networks import tiny_model
from whole_images import TASKS, ssd, unet

from projects.smn.errors import UserError
from projects.smn.models import MultiTaskNet

PER_OBJECT = dict(
    mask=dict(type='MaskTask'),
    ends=dict(type='KeypointTask', points=('left', 'right')),
    colour=dict(type='ClassificationTask', classes=('grey', 'blue')),
    length=dict(type='RegressionTask'),
)


@pytest.mark.parametrize('build', [unet, ssd])
@pytest.mark.parametrize('task', PER_OBJECT)
def test_a_network_without_regions_refuses_a_task_of_objects(build, task):
    with pytest.raises(UserError, match=rf"no head takes task '{task}' .* per object") as error:
        build({**TASKS, task: PER_OBJECT[task]})
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('task', TASKS)
def test_a_network_of_regions_refuses_a_task_of_the_image(tiny_coco, task):
    with pytest.raises(UserError, match=rf"no head takes task '{task}' .* per image"):
        tiny_model(tiny_coco, {task: TASKS[task]})


def test_each_head_has_the_tasks_of_its_kinds_and_one_without_tasks_is_not_built():
    model = unet()
    assert {key: list(head.tasks) for key, head in model.heads.items()} == dict(
        maps=['map'], attributes=['species', 'weight'], boxes=['head']
    )
    assert list(unet(dict(head=TASKS['head'])).heads) == ['boxes']


def claiming(*names: str, kind: str = 'ImageAttributeTaskHead'):
    """A network with a second head that claims these tasks."""
    first = dict(type='ImageAttributeTaskHead', in_channels=64, in_index=0)
    second = dict(type=kind, in_channels=32, in_index=1, tasks=names)
    tasks = {name: TASKS[name] for name in ('species', 'weight')}
    return unet(tasks, heads=dict(first=first, second=second))


def test_a_head_takes_what_it_claims_and_nothing_else():
    heads = claiming('weight').heads
    assert {key: list(head.tasks) for key, head in heads.items()} == dict(
        first=['species'], second=['weight']
    )


def test_a_claim_of_a_task_that_does_not_exist_is_refused():
    with pytest.raises(UserError, match=r"head 'second' claims task 'height'; the tasks are .*"):
        claiming('height')


@pytest.mark.parametrize('kind', ['ImageBoxTaskHead', 'AttributeTaskHead'])
def test_a_claim_of_a_task_that_the_head_cannot_answer_is_refused(kind):
    with pytest.raises(UserError, match=rf"head 'second' claims task 'weight'.*{kind}"):
        claiming('weight', kind=kind)


@pytest.mark.parametrize('kind', ['Nothing', 'FCNMaskHead', None])
def test_a_type_that_is_no_head_of_tasks_is_refused(kind):
    with pytest.raises(UserError, match=rf"head 'second': there is no type '?{kind}"):
        claiming('weight', kind=kind)


def test_a_network_that_nobody_could_learn_from_is_refused():
    with pytest.raises(UserError, match='no task and nobody who finds objects: there is nothing'):
        unet({})


def test_a_network_that_was_not_told_the_classes_says_what_its_config_lacks():
    with pytest.raises(UserError, match='needs top-level `classes`'):
        MultiTaskNet(backbone=dict(type='ResNet', depth=18), tasks=TASKS)
