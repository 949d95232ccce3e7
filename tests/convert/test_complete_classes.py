"""What other COCO files say about the classes of which all objects are boxed."""

from __future__ import annotations

import pytest

from projects.smn.convert.complete_classes import read_complete
from projects.smn.errors import UserError

NAMES = {1: 'apple', 2: 'pear', 3: 'plum'}


def read(image: dict, *seen: int, names: dict = NAMES):
    """What becomes of an image with objects of the categories ``seen``."""
    coco = dict(
        images=[dict(id=7, **image)],
        annotations=[dict(image_id=7, category_id=number) for number in seen],
        categories=[dict(id=number, name=f'{name}s') for number, name in NAMES.items()],
    )
    read_complete(coco, names, 'a.json')
    return coco['images'][0]


@pytest.mark.parametrize('complete', [True, False])
def test_a_flag_stays(complete):
    assert read(dict(complete=complete)) == dict(id=7, complete=complete)


def test_nothing_said_stays_unsaid():
    assert read({}, 1) == dict(id=7)


def test_categories_become_classes():
    assert read(dict(complete=['plums', 'apples']))['complete'] == ['apple', 'plum']


def test_a_class_of_several_categories_is_complete_where_all_of_them_are():
    names = {1: 'fruit', 2: 'fruit', 3: 'plum'}
    assert read(dict(complete=['apples', 'plums']), names=names)['complete'] == ['plum']
    assert read(dict(complete=['apples', 'pears']), names=names)['complete'] == ['fruit']


def test_a_class_that_is_dropped_is_not_named():
    assert read(dict(complete=['apples', 'plums']), names={1: 'apple'})['complete'] == ['apple']


def test_a_category_that_the_file_lacks_is_refused():
    with pytest.raises(
        UserError, match=r"^a\.json: image 7: `complete` names the class 'kiwi', and"
    ):
        read(dict(complete=['apples', 'kiwi']))


@pytest.mark.parametrize('complete', ['apples', 2, None, {}, [['apples']], [1]], ids=repr)
def test_what_is_no_flag_and_no_list_of_categories_is_refused(complete):
    with pytest.raises(UserError, match=r'^a\.json: image 7: `complete` '):
        read(dict(complete=complete))


@pytest.mark.parametrize(
    ('absent', 'unboxed', 'seen', 'complete'),
    [
        ([], [], [1], ['apple']),
        ([2], [], [1, 1], ['apple', 'pear']),
        ([2], [1], [1, 3], ['pear', 'plum']),
        ([], [1], [1], []),
        (None, None, [1], ['apple']),
    ],
)
def test_lvis_says_what_is_absent_and_what_is_not_all_boxed(absent, unboxed, seen, complete):
    image = dict(neg_category_ids=absent, not_exhaustive_category_ids=unboxed)
    assert read(image, *seen) == dict(id=7, complete=complete)


def test_ids_of_lvis_may_be_text():
    lists = dict(neg_category_ids=['2', 3.0], not_exhaustive_category_ids=['3'])
    assert read(lists, 1)['complete'] == ['apple', 'pear']


@pytest.mark.parametrize(('value', 'said'), [('12', 'no list of ids'), ([None], 'None is no id')])
def test_lists_of_lvis_that_are_none_are_named(value, said):
    with pytest.raises(UserError, match=f'image 7: .*`neg_category_ids`.*{said}'):
        read(dict(neg_category_ids=value))
