"""Classification labels."""

from __future__ import annotations

import pytest
from helpers import CLASSES

from projects.smn.errors import UserError
from projects.smn.tasks import ClassificationTask


def task(**options):
    options = {'name': 'neck', 'classes': ('1', '2', '3'), **options}
    return ClassificationTask(dataset_classes=CLASSES, **options)


def test_the_source_is_the_name_unless_it_is_given():
    annotation = dict(attributes=dict(neck='2', Neck_grade='3'))
    assert task().find_label(annotation) == '2'
    assert task(source='Neck_grade').find_label(annotation) == '3'


@pytest.mark.parametrize('more', [{}, dict(attributes=None), dict(attributes={}), dict(neck='2')])
def test_an_absent_key_is_no_label(more):
    assert task().find_label(more) is None


@pytest.mark.parametrize('attributes', [['neck', '2'], 'neck', 2])
def test_attributes_must_map_names(attributes):
    with pytest.raises(UserError, match='`attributes` must map'):
        task().find_label(dict(attributes=attributes))


@pytest.mark.parametrize('label', ['3', 3, 3.0])
def test_text_and_number_are_the_same_grade(label):
    assert task().parse_label(label) == 2
    assert task(classes=(1, 2, 3)).parse_label(label) == 2


def test_an_empty_label_is_not_labelled():
    assert task().parse_label('') == -1


@pytest.mark.parametrize('label', ['4', 4, 2.5, 'two', '  ', True, [1], {}, float('nan')])
def test_a_label_outside_the_classes_is_refused_with_what_there_is(label):
    with pytest.raises(UserError, match="is not one of '1', '2', '3'"):
        task().parse_label(label)


@pytest.mark.parametrize('classes', [(), ('1',), ('a', 'a'), (1, '1'), '123'])
def test_classes_must_be_two_or_more_different_names(classes):
    with pytest.raises(UserError, match=r"'neck'.*classes"):
        task(classes=classes)


def test_an_empty_label_says_nothing():
    assert not task().is_labelled(task().parse_label(''))
    assert task().is_labelled(task().parse_label('1'))


def test_a_class_that_is_a_fraction_or_a_whole_number_with_a_point_is_read():
    halves = task(classes=(0.5, 1.0, 1.5))
    assert [halves.parse_label(label) for label in (0.5, 1.0, '1.5')] == [0, 1, 2]
