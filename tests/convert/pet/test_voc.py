"""VOC boxes become x, y, width and height in pixels of the image."""

from __future__ import annotations

import pytest
from raw_pets import HEAD, XML

from projects.smn.convert.pet.voc import read_boxes
from projects.smn.reading.outlines import clip_box


def written(path, *corners):
    path.write_text(XML.format(''.join(HEAD.format(*box) for box in corners)))
    return path


@pytest.mark.parametrize('size', [(1, 1), (24, 16), (500, 333)])
def test_a_box_around_the_whole_image_is_the_whole_image(tmp_path, size):
    boxes = read_boxes(written(tmp_path / 'a.xml', (1, 1, *size)))
    assert boxes == [[0, 0, *size]]
    assert clip_box(boxes[0], *size) == boxes[0]


def test_all_objects_are_read_and_whole_numbers_stay_whole(tmp_path):
    boxes = read_boxes(written(tmp_path / 'a.xml', (3, 2, 8, 9), ('3.5', '2.0', 8, 9)))
    assert boxes == [[2, 1, 6, 8], [2.5, 1, 5.5, 8]]
    assert isinstance(boxes[1][1], int)
    assert read_boxes(written(tmp_path / 'b.xml')) == []


@pytest.mark.parametrize(
    'content',
    [
        '',
        '<annotation><object>',
        '<?xml version="1.0" encoding="klingon"?><annotation/>',
        XML.format('<object><name>cat</name></object>'),
        XML.format(HEAD.format('a', 2, 8, 9)),
        XML.format(HEAD.format('', 2, 8, 9)),
        XML.format(HEAD.format('nan', 2, 8, 9)),
    ],
)
def test_a_damaged_file_is_a_value_error(tmp_path, content):
    path = tmp_path / 'a.xml'
    path.write_text(content)
    with pytest.raises(ValueError, match=r'is not XML|four numbers|could not convert'):
        read_boxes(path)


def test_a_box_is_cut_off_at_the_edge_and_none_outside():
    assert clip_box([-3, 2, 10, 100], 20, 30) == [0, 2, 7, 28]
    for outside in ([20, 0, 5, 5], [-5, 0, 5, 5], [2, 2, 0, 4], [2, 2, 4, -1]):
        assert clip_box(outside, 20, 30) is None
