"""What a value in somebody's file means, however it is written."""

from __future__ import annotations

import pytest

from projects.smn.errors import UserError
from projects.smn.reading.values import (
    Names,
    flag,
    identity,
    number,
    numbers,
    said,
    whole_number,
)


@pytest.mark.parametrize('value', [0, 0.0, False, '0', 'false', 'False', ' no '], ids=repr)
def test_what_says_no_is_false(value):
    assert flag(value) is False
    assert flag(value, absent=True) is False


@pytest.mark.parametrize('value', [1, 1.0, True, '1', 'true', 'TRUE', 'yes'], ids=repr)
def test_what_says_yes_is_true(value):
    assert flag(value) is True


@pytest.mark.parametrize('value', [None, ''], ids=repr)
@pytest.mark.parametrize('absent', [True, False])
def test_what_says_nothing_is_what_absence_means(value, absent):
    assert flag(value, absent) is absent


@pytest.mark.parametrize('value', [2, -1, 0.5, 'maybe', 'none', [], {}, [0]], ids=repr)
def test_what_is_no_flag_is_refused(value):
    with pytest.raises(UserError, match='neither true nor false'):
        flag(value)


@pytest.mark.parametrize(('value', 'expected'), [(3, 3), (2.5, 2.5), ('2.5', 2.5), (' 7 ', 7)])
def test_a_number_may_be_text(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize(
    'value',
    [True, False, None, '', 'four', '1,5', '1_000', 'nan', float('inf'), [1], {}, 10**400],
    ids=str,
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(UserError, match='no finite number'):
        number(value)


def test_numbers_are_a_list_of_which_some_may_be_text():
    assert numbers([1, '2.5', 3.0]) == [1, 2.5, 3]
    assert numbers((1, 2)) == [1, 2]
    assert numbers([]) == []


@pytest.mark.parametrize(
    'values', ['1234', None, {}, 7, [1, True], [1, 'a'], [1, float('nan')], [10**400]], ids=str
)
def test_what_is_no_list_of_numbers_is_refused(values):
    with pytest.raises(UserError, match=r'no (list of numbers|finite number)'):
        numbers(values)


def test_a_whole_number_has_no_fraction():
    assert whole_number('48') == whole_number(48.0) == 48
    with pytest.raises(UserError, match='not a whole number'):
        whole_number(48.5)


@pytest.mark.parametrize('value', [7, 7.0, '7', ' 7 '], ids=repr)
def test_an_id_is_the_same_as_number_and_as_text(value):
    assert identity(value) == 7


@pytest.mark.parametrize('value', ['007', 'a7', '7.0', 'b3f0-1', '', '\u0667'], ids=repr)
def test_text_that_is_no_plain_number_is_an_id_as_it_is(value):
    assert identity(value) == value


@pytest.mark.parametrize('value', [True, None, 1.5, [1], {}], ids=repr)
def test_what_identifies_nothing_is_refused(value):
    with pytest.raises(UserError, match='is no id'):
        identity(value)


def one_of(value, names):
    place = Names(names).place_of(value)
    return None if place is None else names[place]


@pytest.mark.parametrize('value', [3, 3.0, '3', '3.0', ' 3'], ids=repr)
def test_a_grade_is_the_same_as_number_and_as_text(value):
    assert one_of(value, ['1', '2', '3']) == '3'


def test_true_and_false_are_the_classes_of_that_name_and_no_others():
    assert one_of(True, ['true', 'false']) == 'true'
    assert one_of(False, ['True', 'False']) == 'False'
    assert one_of(True, ['0', '1']) is None
    assert one_of('true', ['true', 'false']) == 'true'


def test_letters_that_unicode_writes_in_two_ways_are_one():
    assert one_of('calabaci\u0301n', ['calabac\u00edn']) == 'calabac\u00edn'


def test_a_class_that_is_called_as_a_number_is_written_comes_first():
    assert one_of('3.0', ['3', '3.0']) == '3.0'


@pytest.mark.parametrize('value', [1, 1.0, '1', '1.0', '1.00', ' 1.0 '], ids=repr)
def test_a_class_that_is_written_as_a_number_is_that_number(value):
    assert one_of(value, ['0.0', '1.0', 'other']) == '1.0'


@pytest.mark.parametrize('value', [2.5, '2.5', '2.50'], ids=repr)
def test_so_is_one_with_a_fraction(value):
    assert one_of(value, ['2.50', '3']) == '2.50'


def test_of_two_classes_of_one_number_the_one_that_is_written_so_is_meant_or_none():
    assert one_of('1.00', ['1.0', '1.00']) == '1.00'
    assert one_of(1, ['1.0', '1.00']) is None
    assert one_of(1, ['1', '1.00']) == '1'


def test_a_number_with_a_zero_before_it_is_the_number_unless_there_is_such_a_class():
    assert one_of('03', ['3', '7']) == '3'
    assert one_of('03', ['3', '03']) == '03'
    assert one_of(3, ['3', '03']) == '3'


@pytest.mark.parametrize(
    ('value', 'text'),
    [(True, 'true'), ('true', 'true'), (3.0, '3'), (' 3.0', '3'), (10, '10'), ('007', '007')],
)
def test_labels_that_are_one_are_said_alike(value, text):
    assert said(value) == text
