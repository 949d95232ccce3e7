"""Keypoint labels."""

from __future__ import annotations

import pytest
from helpers import CLASSES

from projects.smn.errors import UserError
from projects.smn.tasks import KeypointTask

POINTS = ('nose', 'left', 'right')


def task(**options):
    options = {'name': 'ends', 'points': POINTS, **options}
    return KeypointTask(dataset_classes=CLASSES, **options)


def test_the_source_is_cocos_keypoints_unless_it_is_given():
    annotation = dict(keypoints=[1, 2, 2] * 3, points=dict(ends=[3, 4, 1] * 3))
    assert task().find_label(annotation) == [1, 2, 2] * 3
    assert task(source='ends').find_label(annotation) == [3, 4, 1] * 3


@pytest.mark.parametrize(
    'annotation', [{}, dict(points=None), dict(points={}), dict(points={'a': []})]
)
@pytest.mark.parametrize('source', ['keypoints', 'ends'])
def test_an_absent_key_is_no_label(annotation, source):
    assert task(source=source).find_label(annotation) is None


def test_points_must_map_names():
    with pytest.raises(UserError, match='`points` must map'):
        task(source='ends').find_label(dict(points=[1, 2, 2]))


def test_a_flat_and_a_nested_list_are_the_same_label():
    rows = [[1.5, 2.0, 2.0], [3.0, 4.0, 1.0], [0.0, 0.0, 0.0]]
    assert (
        task().parse_label([number for row in rows for number in row])
        == task().parse_label(rows)
        == rows
    )


def test_an_empty_list_labels_no_point():
    assert task().parse_label([]) == [[0, 0, 0]] * 3


@pytest.mark.parametrize(
    'label', [[1, 2], [1, 2, 2] * 2, [1, 2, 2] * 4, 'head', 7, {'nose': [1, 2]}]
)
def test_a_wrong_number_of_numbers_is_refused(label):
    with pytest.raises(UserError, match=r"9 numbers.*'nose', 'left', 'right'"):
        task().parse_label(label)


@pytest.mark.parametrize('point', [[1, 2, 3], [1, 2, 0.5], [1, 2, -1], [float('nan'), 2, 2]])
def test_a_wrong_visibility_or_a_coordinate_that_is_no_number_is_refused(point):
    with pytest.raises(UserError):
        task().parse_label([1, 1, 2, *point, 1, 1, 2])


def test_mirroring_swaps_the_pairs_and_twice_is_the_identity():
    order = task(flip_pairs=[('left', 'right')]).mirrored_order()
    assert [POINTS[i] for i in order] == ['nose', 'right', 'left']
    assert [order[i] for i in order] == [0, 1, 2]
    assert task().mirrored_order() == [0, 1, 2]


@pytest.mark.parametrize(
    'pairs',
    [
        [('left', 'tail')],
        ('left', 'right'),  # a pair that is not in a list
        [('left',)],
        [('left', 'right', 'nose')],
        [('left', 'left')],
        [('left', 'right'), ('right', 'nose')],
    ],
)
def test_flip_pairs_that_are_no_exchange_of_points_are_refused(pairs):
    with pytest.raises(UserError, match=r"'ends'.*flip_pairs"):
        task(flip_pairs=pairs)


@pytest.mark.parametrize('points', [(), 'head', ('tip', 'tip')])
def test_points_must_be_different_names(points):
    with pytest.raises(UserError, match=r"'ends'.*points"):
        task(points=points)


def test_one_sigma_is_for_all_points():
    assert task(sigmas=0.05).sigmas == (0.05,) * 3
    assert task(sigmas=[0.1, 0.2, 0.3]).sigmas == (0.1, 0.2, 0.3)


@pytest.mark.parametrize('sigmas', [(0.1, 0.1), (0.1,) * 4, 0, -0.1, (0.1, 0, 0.1), float('nan')])
def test_sigmas_that_do_not_fit_are_refused(sigmas):
    with pytest.raises(UserError, match=r"'ends'.*sigmas"):
        task(sigmas=sigmas)


def test_a_label_without_a_labelled_point_says_nothing():
    assert not task().is_labelled(task().parse_label([]))
    assert not task().is_labelled(task().parse_label([4, 5, 0] * 3))
    assert task().is_labelled(task().parse_label([0, 0, 0] * 2 + [4, 5, 1]))
