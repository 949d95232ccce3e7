"""Which pipelines are refused."""

from __future__ import annotations

import pytest
from helpers import CLASSES, TASKS
from mmcv.transforms import BaseTransform
from mmdet.datasets.transforms import RandomFlip
from mmdet.registry import TRANSFORMS

from projects.smn.datasets.pipeline_check import check_pipeline
from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks

MOVING = [
    dict(type='Resize', scale=(64, 48)),
    dict(type='RandomResize', scale=(64, 48), ratio_range=(0.5, 2.0)),
    dict(type='RandomChoiceResize', scales=[(64, 48)]),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCrop', crop_size=(8, 8)),
    dict(type='Pad', size_divisor=32),
    dict(type='RandomTranspose'),
]
REFUSED = [
    dict(type='RandomAffine'),
    dict(type='Mosaic'),
    dict(type='MixUp'),
    dict(type='CutOut', n_holes=1, cutout_ratio=(0.1, 0.1)),
    dict(type='Expand'),
    dict(type='MinIoURandomCrop'),
    dict(type='CopyPaste'),
    dict(type='Rotate'),
    dict(type='ShearX'),
    dict(type='FilterAnnotations'),
    dict(type='LoadAnnotations', with_bbox=True),
    dict(type='PackDetInputs'),
    dict(type='FixScaleResize', scale=(64, 48), keep_ratio=True),
]
WRAPPERS = dict(
    alone=lambda *inner: inner[0],
    RandomApply=lambda *inner: dict(type='RandomApply', transforms=list(inner)),
    RandomChoice=lambda *inner: dict(
        type='RandomChoice', transforms=[[dict(type='RandomFlip', prob=1.0)], list(inner)]
    ),
    nested=lambda *inner: dict(
        type='RandomApply',
        transforms=[
            dict(type='RandomChoice', transforms=[[dict(type='Pad', size_divisor=2), *inner]])
        ],
    ),
)
wrapped = pytest.mark.parametrize('wrap', WRAPPERS.values(), ids=WRAPPERS)


def name_of(config):
    return config['type']


def check(*transforms, tasks=TASKS):
    built = [t if callable(t) else TRANSFORMS.build(t) for t in transforms]
    check_pipeline(built, build_tasks(tasks, CLASSES))


@wrapped
@pytest.mark.parametrize('config', REFUSED, ids=name_of)
def test_transforms_that_leave_labels_behind_are_refused(config, wrap):
    with pytest.raises(UserError) as error:
        check(wrap(config))
    message = str(error.value)
    assert config['type'] in message
    assert "'mask', 'spine'" in message
    assert "'RandomCrop'" in message


@pytest.mark.parametrize('config', REFUSED, ids=name_of)
def test_nothing_is_refused_without_tasks(config):
    check(config, tasks={})


@wrapped
@pytest.mark.parametrize('config', MOVING, ids=name_of)
def test_transforms_that_move_all_labels_are_accepted(config, wrap):
    check(wrap(config))


def test_transforms_of_colour_loading_and_packing_are_accepted():
    names = ('LoadImageFromFile', 'LoadTaskAnnotations', 'PhotoMetricDistortion', 'PackTaskInputs')
    check(*(dict(type=name) for name in names))


class Own(BaseTransform):
    def transform(self, results):
        return results


class OwnMoving(Own):
    moves_task_labels = True


def test_a_transform_of_ones_own_is_accepted_when_it_says_that_it_moves_labels():
    check(OwnMoving())
    with pytest.raises(UserError, match='Own,'):
        check(Own())


def test_a_subclass_of_an_accepted_transform_is_not_accepted_by_itself():
    class OtherFlip(RandomFlip):
        pass

    with pytest.raises(UserError, match='OtherFlip'):
        check(OtherFlip(prob=0.5))


def test_a_function_is_refused():
    with pytest.raises(UserError, match='function'):
        check(lambda results: results)


@pytest.mark.parametrize('kind', ['RandomChoiceResize', 'RandomResize'])
def test_what_a_random_resize_calls_is_checked_too(kind):
    scales = dict(scales=[(64, 48)]) if kind == 'RandomChoiceResize' else dict(scale=(64, 48))
    with pytest.raises(UserError, match='FixScaleResize'):
        check(dict(type=kind, **scales, resize_type='FixScaleResize', keep_ratio=True))


def test_boxes_taken_from_masks_are_refused():
    with pytest.raises(UserError, match='recompute_bbox'):
        check(dict(type='RandomCrop', crop_size=(8, 8), recompute_bbox=True))
