"""Categories that become one class keep the names of their points."""

from __future__ import annotations

import pytest

from projects.smn.convert.joined_categories import join_categories
from projects.smn.errors import UserError

NAMES = {1: 'fruit', 2: 'fruit', 3: 'leaf'}


def _join(points, keypoints, category=2, **more):
    """The joined categories, and the points of one annotation of a category."""
    titles = ['Fruit-A', 'Fruit-B', 'leaf']
    categories = [
        {'id': number, 'name': title, 'supercategory': 'x', **more.get(title, {})}
        for number, title in enumerate(titles, 1)
    ]
    for record, names in zip(categories, points, strict=True):
        record |= {} if names is None else {'keypoints': names}
    annotation = {'id': 7, 'category_id': category, 'keypoints': keypoints}
    coco = {'categories': categories, 'annotations': [annotation]}
    joined = join_categories(coco, NAMES, ['fruit', 'leaf'], 'coco.json')
    return joined, annotation


@pytest.mark.parametrize('label', [[1, 2, 2, 3, 4, 1], [[1, 2, 2], [3, 4, 1]]])
def test_points_come_in_the_order_of_the_first_category(label):
    joined, annotation = _join([['head', 'tail'], ['tail', 'head'], None], label)
    assert joined[0] == {'id': 1, 'name': 'fruit', 'keypoints': ['head', 'tail']}
    assert annotation == {'id': 7, 'category_id': 1, 'keypoints': [3, 4, 1, 1, 2, 2]}


def test_points_that_only_some_categories_have_are_absent_elsewhere():
    joined, annotation = _join([['head', 'tail'], ['stem', 'tail'], ['tip']], [1, 2, 2, 3, 4, 1])
    assert joined[0]['keypoints'] == ['head', 'tail', 'stem']
    assert joined[1] == {'id': 2, 'name': 'leaf', 'keypoints': ['tip']}
    assert annotation['keypoints'] == [0, 0, 0, 3, 4, 1, 1, 2, 2]


def test_points_of_the_first_category_get_room_for_those_of_the_second():
    _, annotation = _join([['head'], ['tail'], None], [1, 2, 2], category=1)
    assert annotation['keypoints'] == [1, 2, 2, 0, 0, 0]


def test_what_counts_points_is_that_of_the_category_that_names_them():
    skeleton = {'Fruit-B': {'skeleton': [[1, 2]]}, 'Fruit-A': {'colour': 'red'}}
    joined, _ = _join([None, ['head', 'tail'], None], [1, 2, 2, 3, 4, 1], **skeleton)
    assert joined[0]['skeleton'] == [[1, 2]]
    assert 'colour' not in joined[0]


def test_points_without_any_names_stay_as_they_are():
    joined, annotation = _join([None, None, None], [1, 2, 2])
    assert 'keypoints' not in joined[0]
    assert annotation['keypoints'] == [1, 2, 2]


@pytest.mark.parametrize(
    ('points', 'label', 'sentence'),
    [
        ([['head'], None, None], [1, 2, 2], "annotation 7: its category 'Fruit-B' does not name"),
        ([['a', 'b'], ['b', 'a'], None], [1, 2, 2], 'names 2 points, and 3 numbers are no x, y, v'),
        ([['a'], 'ab', None], [1, 2, 2], "keypoints` of category 'Fruit-B' are no list of diff"),
        ([['a'], ['a', 'a'], None], [1, 2, 2], 'are no list of different names'),
        ([['a'], [1], None], [1, 2, 2], 'are no list of different names'),
    ],
)
def test_points_of_which_nobody_knows_which_they_are_are_refused(points, label, sentence):
    with pytest.raises(UserError, match=sentence):
        _join(points, label)


def test_an_annotation_without_points_needs_no_names():
    assert _join([['head'], None, None], [])[1]['category_id'] == 1
