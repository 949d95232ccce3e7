"""The points of makesense.ai, as its exporter writes them."""

from __future__ import annotations

import pytest

from projects.smn.convert.attach import Point
from projects.smn.convert.makesense.points import read_points
from projects.smn.convert.report import Report
from projects.smn.errors import UserError

IMAGES = [
    {'id': 4, 'file_name': 'a.jpg', 'width': 200, 'height': 160},
    {'id': 5, 'file_name': 'b, c.jpg', 'width': 200, 'height': 160},
]


@pytest.fixture
def read(tmp_path):
    def call(*texts):
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f'{number}.csv')
            paths[-1].write_text(text)
        report = Report(tmp_path)
        return read_points(paths, IMAGES, report), report

    return call


def test_rows_of_all_files_are_points(read):
    points, report = read('head,1,2,a.jpg,200,160\n\nneck_3,1.5,2,a.jpg,200,160\n', '')
    assert points == [Point(4, 'head', 1, 2, 'a.jpg'), Point(4, 'neck_3', 1.5, 2, 'a.jpg')]
    assert report.read == {'points': 2}
    assert not report.skipped
    assert not report.noticed


@pytest.mark.parametrize('row', ['x,1,2,b, c.jpg,200,160', 'x,1,2,"b, c.jpg",200,160'])
def test_a_file_name_may_hold_a_comma(read, row):
    assert read(row)[0] == [Point(5, 'x', 1, 2, 'b, c.jpg')]


def test_a_point_that_is_there_twice_counts_once(read):
    points, report = read('x,1,2,a.jpg,200,160', 'x,1,2,a.jpg,200,160')
    assert len(points) == 1
    assert report.noticed == {'points that are there twice': ['x at 1,2 of a.jpg']}


def test_points_of_other_images_and_other_sizes_are_reported(read):
    points, report = read('x,1,2,z.jpg,200,160\nx,1,2,a.jpg,100,80')
    assert points == []
    assert report.skipped == {
        'points whose image no polygon is on': ['x at 1,2 of z.jpg'],
        'points of an image of another size': ['x at 1,2 of a.jpg'],
    }


def test_a_record_without_a_size_has_the_one_of_its_first_point(tmp_path):
    path, images = tmp_path / 'points.csv', [{'id': 4, 'file_name': 'a.jpg'}]
    path.write_text('x,1,2,a.jpg,200,160\ny,1,2,a.jpg,100,80')
    report = Report(tmp_path)
    assert [point.label for point in read_points([path], images, report)] == ['x']
    assert images == [{'id': 4, 'file_name': 'a.jpg', 'width': 200, 'height': 160}]
    assert list(report.skipped) == ['points of an image of another size']


@pytest.mark.parametrize(
    'row',
    [
        'x,1,2,200,160',
        'x,one,2,a.jpg,200,160',
        'x,nan,2,a.jpg,200,160',
        'x,1,2,a.jpg,wide,160',
        '{"images": []}',
    ],
)
def test_what_is_no_such_file_is_one_sentence(read, row):
    with pytest.raises(UserError, match='line 2 is not label,x,y,file,width,height'):
        read(f'x,1,2,a.jpg,200,160\n{row}')


def test_a_quote_that_is_never_closed_is_one_sentence(read):
    with pytest.raises(UserError, match=r'is not a file of points of makesense\.ai: field larger'):
        read('x,1,2,"a.jpg,200,160\n' + 'x,1,2,a.jpg,200,160\n' * 10_000)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r'points\.csv: there is no such file'):
        read_points([tmp_path / 'points.csv'], IMAGES, Report(tmp_path))
