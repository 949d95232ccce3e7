"""CSV rows with included corners become x, y, width and height."""

from __future__ import annotations

import numpy as np
import pytest

from projects.smn.convert.report import Report
from projects.smn.convert.warehouse.boxes import read_boxes
from projects.smn.errors import UserError
from projects.smn.reading.outlines import clip_box

NAMES = {'person': 'person', '2': 'forklift'}


def read(path, text, names=NAMES):
    path.write_text(text)
    return read_boxes(path, names, Report(path))


def test_both_corners_are_pixels_of_the_box(tmp_path):
    [one, all_of_it] = read(tmp_path / 'a.csv', 'person,4,6,4,6\n2,0,0,23,15\n')
    assert one == (1, 'person', [4, 6, 1, 1])
    assert all_of_it == (2, 'forklift', [0, 0, 24, 16])


def test_spaces_empty_lines_and_a_byte_order_mark_do_not_count(tmp_path):
    [row] = read(tmp_path / 'a.csv', '\ufeffperson , 1, 2,3 ,4\n\n,,,,\n')
    assert row.box == [1, 2, 3, 3]


@pytest.mark.parametrize('text', ['', '\n\n'])
def test_an_empty_file_has_no_box(tmp_path, text):
    assert read(tmp_path / 'a.csv', text) == []


def test_whole_numbers_stay_whole(tmp_path):
    [row] = read(tmp_path / 'a.csv', 'person,1.0,2.5,3,4')
    assert row.box == [1, 2.5, 3, 2.5]
    assert isinstance(row.box[0], int)


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        ('person,1,2,3,4\ntruck,1,2,3,4', r"line 2: the label 'truck' is none of"),
        ('person,1,2,3', 'line 1: .* is not a label and 4 corners'),
        ('person;1;2;3;4', 'line 1: .* is not a label and 4 corners'),
        ('person,1,2,x,4', r'line 1: .* are not four numbers'),
        ('person,1,2,nan,4', r'line 1: .* are not four numbers'),
    ],
)
def test_a_line_that_nobody_can_read_is_one_sentence(tmp_path, text, sentence):
    with pytest.raises(UserError, match=sentence) as error:
        read(tmp_path / 'a.csv', text)
    assert '\n' not in str(error.value)


def test_a_box_is_cut_off_at_the_edge_and_none_outside():
    assert clip_box([-3, 2, 10, 100], 20, 30) == [0, 2, 7, 28]
    assert clip_box([0, 0, 20, 30], 20, 30) == [0, 0, 20, 30]
    for outside in ([20, 0, 5, 5], [-5, 0, 5, 5], [2, 2, 0, 4], [2, 2, 4, -1]):
        assert clip_box(outside, 20, 30) is None


@pytest.mark.parametrize('seed', range(20))
def test_a_box_inside_of_its_image_comes_back_to_the_last_digit(seed):
    x, y, width, height = np.random.default_rng(seed).uniform(0.1, 9.9, 4).tolist()
    assert clip_box([x, y, width, height], 20, 20) == [x, y, width, height]
