"""Boxes written as corners, in files of other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.objects import place_objects
from projects.smn.convert.report import Report
from projects.smn.errors import UserError

IMAGE = dict(id=1, width=64, height=48)
SQUARE = [[10, 10, 30, 10, 30, 40, 10, 40]]


def placed(*annotations):
    numbered = [dict(id=i, image_id=1, category_id=1, **a) for i, a in enumerate(annotations, 1)]
    report = Report(Path('a.json'))
    content = dict(images=[IMAGE], annotations=numbered)
    return place_objects(content, {1: dict(IMAGE)}, report), report


@pytest.mark.parametrize('outline', [{}, dict(segmentation=[[10, 10, 30, 10, 30, 25]])], ids=str)
def test_a_record_that_says_so_is_believed_once(outline):
    (found,), report = placed(dict(bbox=[10, 10, 30, 40], bbox_mode=0, **outline))
    assert found['bbox'] == [10, 10, 20, 30]
    assert 'bbox_mode' not in found
    assert any('bbox_mode' in what for what in report.corrected)


def test_what_outlines_of_the_file_show_counts_for_boxes_without_one():
    drawn = [dict(bbox=[10, 10, 30, 40], segmentation=SQUARE, label=i) for i in range(3)]
    found, _ = placed(*drawn, dict(bbox=[5, 5, 25, 45]))
    assert [one['bbox'] for one in found[2:]] == [[10, 10, 20, 30], [5, 5, 20, 40]]


def test_where_they_disagree_a_box_stays_as_it_is():
    drawn = [dict(bbox=box, segmentation=SQUARE) for box in ([10, 10, 30, 40], [10, 10, 20, 30])]
    found, _ = placed(drawn[0], {**drawn[1], 'label': 'another'}, dict(bbox=[5, 5, 25, 35]))
    assert found[2]['bbox'] == [5, 5, 25, 35]


def test_a_mode_that_nobody_knows_is_named():
    with pytest.raises(UserError, match=r'a\.json: object 1: `bbox_mode` is 7'):
        placed(dict(bbox=[10, 10, 30, 40], bbox_mode=7))
