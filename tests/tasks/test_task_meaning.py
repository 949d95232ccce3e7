"""What gives the outputs of a task their meaning."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from projects.smn.tasks import Task, build_tasks, contradiction, output_names

CLASSES = ('cucumber', 'card')
KINDS = dict(
    spine=dict(type='MaskTask'),
    ends=dict(type='KeypointTask', points=('head', 'tail')),
    neck=dict(type='ClassificationTask', classes=('1', '2', '3')),
    ground=dict(type='SemanticTask', classes=('soil', 'mulch')),
    length=dict(type='RegressionTask', unit='mm', mean=0.2, std=0.03, encoding='log_box'),
    head=dict(type='BoxTask'),
)


def task(name: str, **options) -> Task:
    return build_tasks({name: {**KINDS[name], **options}}, CLASSES)[name]


@pytest.mark.parametrize(
    ('name', 'options'),
    [
        ('spine', dict(source='other', of=['cucumber', 'card'], loss=dict(loss_weight=2.0))),
        ('ends', dict(points=['head', 'tail'], flip_pairs=[('head', 'tail')], sigmas=0.05)),
        ('neck', dict(classes=[1, 2, 3], ordinal=True, survives_cut=False, of='card')),
        ('ground', dict(background='soil', source='map')),
        ('length', dict(mean=0.20, of=('cucumber',), survives_cut=True)),
        ('length', dict(mean=None, std=None)),
        ('head', dict(source='skull')),
    ],
)
def test_what_has_no_part_in_the_meaning_is_no_contradiction(name, options):
    assert contradiction(task(name, **options), task(name)) is None


@pytest.mark.parametrize(
    ('name', 'option', 'value'),
    [
        ('spine', 'of', ('card', 'cucumber')),
        ('ends', 'points', ('tail', 'head')),
        ('neck', 'classes', ('3', '2', '1')),
        ('neck', 'per', 'image'),
        ('ground', 'classes', ('mulch', 'soil')),
        ('length', 'unit', 'cm'),
        ('length', 'encoding', 'linear'),
        ('length', 'mean', 0.3),
        ('length', 'std', 0.04),
    ],
)
def test_what_gives_outputs_their_meaning_is_a_contradiction_that_names_it(name, option, value):
    found = contradiction(task(name, **{option: value}), task(name))
    assert found == (option, value, getattr(task(name), option))


def test_a_task_of_another_kind_is_a_contradiction():
    ours, theirs = task('neck'), build_tasks(dict(neck=dict(type='BoxTask')), CLASSES)['neck']
    assert contradiction(ours, theirs) == ('type', 'ClassificationTask', 'BoxTask')


def test_to_ask_about_more_classes_than_were_trained_is_a_contradiction():
    assert contradiction(task('neck', of='card'), task('neck')) is None
    assert contradiction(task('neck'), task('neck', of='card')).option == 'of'


def test_of_a_kind_of_ones_own_all_that_it_adds_counts_but_for_where_labels_are():
    @dataclass(kw_only=True)
    class Turn(Task):
        kind = 'turn'
        default_loss = dict(type='L1Loss')
        num_outputs = 2
        bins: int = 4
        source: str = 'turn'

    def turn(**options):
        return Turn(name='turn', dataset_classes=CLASSES, **options)

    assert contradiction(turn(source='x'), turn()) is None
    assert contradiction(turn(bins=8), turn()) == ('bins', 8, 4)
    assert output_names(turn()) == ('turn bins=4',) * 2


def test_outputs_have_the_names_that_the_kind_says_they_are_of():
    assert output_names(task('spine')) == CLASSES
    assert output_names(task('ends')) == ('head', 'tail')
    assert output_names(task('neck')) == ('1', '2', '3')


def test_a_number_is_the_same_output_whatever_its_mean_but_not_in_another_unit():
    assert output_names(task('length', mean=7.0)) == output_names(task('length'))
    assert output_names(task('length', unit='cm')) != output_names(task('length'))
