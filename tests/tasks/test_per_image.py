"""Tasks of the whole image beside tasks of objects."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from pycocotools import mask as mask_utils
from whole_images import CLASSES, TASKS

from projects.smn.errors import UserError
from projects.smn.tasks import (
    Answers,
    build_tasks,
    image_row_columns,
    row_columns,
    tasks_per,
)

MIXED = {**TASKS, 'mask': dict(type='MaskTask'), 'age': dict(type='RegressionTask', unit='a')}
KINDS = dict(
    grade=dict(type='ClassificationTask', classes=('1', '2')), yield_=dict(type='RegressionTask')
)


def build(name='grade', **options):
    return build_tasks({name: {**KINDS[name], **options}}, CLASSES)[name]


@pytest.mark.parametrize('name', KINDS)
def test_classifications_and_regressions_are_about_objects_unless_they_say_image(name):
    assert build(name).per == 'object'
    assert build(name, per='image').per == 'image'


@pytest.mark.parametrize('name', KINDS)
@pytest.mark.parametrize('per', ['pixel', 'Image', '', None, 1])
def test_any_other_level_is_refused(name, per):
    with pytest.raises(UserError, match=f"'{name}': per must be 'object' or 'image'"):
        build(name, per=per)


@pytest.mark.parametrize('name', KINDS)
def test_of_is_refused_for_the_whole_image(name):
    assert build(name, of=('pet',)).of == ('pet',)
    with pytest.raises(UserError, match='whole image, so it has no `of`'):
        build(name, per='image', of=('pet',))


def test_the_diagonal_of_a_box_is_refused_where_there_is_no_object():
    with pytest.raises(UserError, match='needs an object with a box'):
        build('yield_', per='image', encoding='log_box')


@pytest.mark.parametrize('name', ['species', 'weight'])
def test_labels_are_read_from_the_attributes_of_the_image(name):
    task = build_tasks(TASKS, CLASSES)[name]
    record = dict(attributes=dict(species='dog', weight='4.5'))
    assert task.parse_label(task.find_label(record)) == dict(species=1, weight=4.5)[name]
    assert task.find_label({}) is None
    assert not task.is_labelled(task.parse_label(''))


def test_tasks_are_told_apart_by_what_they_ask_about_and_keep_their_order():
    tasks = build_tasks(MIXED, CLASSES)
    assert list(tasks_per('image', tasks)) == list(TASKS)
    assert list(tasks_per('object', tasks)) == ['mask', 'age']


def answers() -> dict:
    """What a network says about one image, in the form of a data sample."""
    image = InstanceData(
        species=torch.tensor([1]),
        species_scores=torch.tensor([[0.25, 0.75]]),
        weight=torch.tensor([4.5]),
        head=torch.tensor([[10.0, 12.0, 24.0, 20.0]]),
    )
    values = torch.zeros(1, 6, 8, dtype=torch.uint8)
    values[:, 2:4] = 2
    return dict(pred_image=image, pred_sem_seg=PixelData(map=values))


def said(configs, side='pred') -> Answers:
    return Answers.of(answers(), side, CLASSES, build_tasks(configs, CLASSES))


def test_the_fields_of_an_image_are_those_of_both_containers():
    fields = said(MIXED).image
    assert set(fields) == {*TASKS, 'species_scores'}
    assert all(isinstance(value, np.ndarray) and len(value) == 1 for value in fields.values())
    assert said(MIXED, 'gt').image == {}
    assert said(MIXED)['species'].tolist() == ['dog']


def test_a_record_has_every_answer_in_its_place():
    record = said(MIXED).image_record(dict(file_name='a.png'))
    maps = record.pop('maps')
    assert record == dict(
        file_name='a.png',
        attributes=dict(species=dict(value='dog', score=0.75), weight=dict(value=4.5, unit='kg')),
        boxes=dict(head=[10, 12, 14, 8]),
    )
    assert set(maps) == {'map'}
    assert mask_utils.area(maps['map']['head']) == 16
    assert mask_utils.area(maps['map']['background']) == 32


def test_a_row_has_the_columns_of_the_header():
    tasks = build_tasks(MIXED, CLASSES)
    row = said(MIXED).image_row(dict(file_name='a.png'))
    assert list(row) == image_row_columns(tasks)
    assert row['species'] == 'dog'
    assert row['weight (kg)'] == 4.5
    assert row['map head (%)'] == pytest.approx(100 / 3, abs=0.01)


def test_records_and_rows_of_objects_leave_the_image_out():
    tasks = build_tasks({**TASKS, 'age': MIXED['age']}, CLASSES)
    fields = dict(
        bboxes=np.array([[1.0, 2, 3, 4]]),
        labels=np.array([0]),
        scores=np.array([0.5]),
        age=np.array([3.0]),
    )
    (record,) = Answers(CLASSES, tasks, (9, 9), fields, {}).records()
    assert record['attributes'] == dict(age=dict(value=3, unit='a'))
    assert not {'maps', 'boxes'} & set(record)
    assert row_columns(tasks)[-1] == 'age (a)'
    assert not set(row_columns(tasks)) & set(image_row_columns(tasks)) - {'file_name'}


def test_an_unlabelled_number_is_not_written():
    fields = dict(weight=np.array([math.nan]), species=np.array([-1]))
    tasks = build_tasks(TASKS, CLASSES)
    unlabelled = Answers(CLASSES, tasks, (9, 9), None, fields)
    assert unlabelled.image_record(dict(file_name='a')) == dict(file_name='a')
