"""Of which classes every object is boxed, on one image and on several seen as one."""

from __future__ import annotations

from itertools import product

import pytest

from projects.smn.tasks import common_completeness, incomplete_classes

EACH = [True, False, (0,), (2,), (0, 2), (0, 1)]


def test_a_class_is_boxed_completely_or_may_have_objects_without_a_box():
    assert incomplete_classes(True, 3) == ()
    assert incomplete_classes(False, 3) == (0, 1, 2)
    assert incomplete_classes((0, 2), 3) == (1,)


@pytest.mark.parametrize(('first', 'second'), product(EACH, EACH))
def test_of_two_images_what_is_incomplete_of_one_is_incomplete(first, second):
    both = common_completeness([first, second])
    expected = {*incomplete_classes(first, 3), *incomplete_classes(second, 3)}
    assert set(incomplete_classes(both, 3)) == expected
    assert both != ()
    assert common_completeness([second, first]) == both
