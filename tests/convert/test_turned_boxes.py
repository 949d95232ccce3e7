"""A rectangle that was turned in CVAT becomes the box around it, and that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.report import Report
from projects.smn.convert.turned_boxes import TURNED, turn_boxes


@pytest.fixture
def report():
    return Report(Path('coco.json'))


@pytest.mark.parametrize(
    ('degrees', 'box'),
    [(90, [5, 0, 4, 10]), (180, [2, 3, 10, 4]), (-90.0, [5, 0, 4, 10])],
)
def test_a_box_that_is_turned_becomes_the_one_around_it(report, degrees, box):
    attributes = {'occluded': False, 'rotation': degrees}
    annotation = {'id': 1, 'bbox': [2, '3', 10, 4], 'attributes': attributes}
    [turned] = turn_boxes([annotation], report)
    assert turned == {'id': 1, 'bbox': box, 'attributes': {'occluded': False}}
    assert annotation['attributes'] == attributes  # the source stays
    assert report.noticed == {TURNED: [1]}
    assert turn_boxes([turned], report) == [turned]


@pytest.mark.parametrize(
    'more',
    [
        {},
        {'attributes': {'rotation': 0.0}},
        {'attributes': {'rotation': 'left'}},
        {'attributes': {'rotation': 45}, 'segmentation': [[2, 2, 12, 2, 12, 6]]},
        {'attributes': {'rotation': 45}, 'bbox': [1, 2]},
        {'attributes': {'rotation': 45}, 'bbox': None},
    ],
    ids=str,
)
def test_what_is_not_turned_or_has_no_box_stays(report, more):
    annotation = {'id': 1, 'bbox': [2, 2, 10, 4], **more}
    assert turn_boxes([annotation], report) == [annotation]
    assert report == Report(report.source)
