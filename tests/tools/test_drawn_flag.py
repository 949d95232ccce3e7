"""``--drawn`` of the converters: on which picture labels lie of photographs that EXIF turns."""

from __future__ import annotations

import json

import pytest
from labelling import (
    HEIGHT,
    SQUARE,
    WIDTH,
    load,
    polygon,
    region,
    write_makesense,
    write_via,
)
from PIL import Image

from projects.smn.convert.images import TAKEN_UPRIGHT
from projects.smn.errors import UserError

STORED, UPRIGHT = (WIDTH, HEIGHT, 'stored'), (HEIGHT, WIDTH, None)
SUMMARY = 'summary.json'


def turn(path, orientation=6):
    """Let EXIF turn a picture; its size as it is stored stays."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.open(path).save(path, exif=exif)


def write_triples(folder):
    Image.new('RGB', (WIDTH, HEIGHT)).save(folder / 'a.jpg')
    (folder / 'a.csv').write_text('x,20,20,60,60\n')
    path = folder / 'train.json'
    path.write_text(json.dumps([['a.jpg', None, 'a.csv']]))
    return path


def write_balloons(folder):
    for part in ('train', 'val'):
        names = [f'{part}{number}.jpg' for number in range(5)]
        write_via(folder / part, {name: [region(polygon(*SQUARE))] for name in names})


def source_of(tool, folder):
    """What the tool reads, and its further words; nothing of it is turned."""
    folder.mkdir()
    if tool == 'via':
        write_via(folder, {'a.jpg': [region(polygon(*SQUARE))]})
        return folder, '--class', 'x'
    if tool == 'balloon':
        write_balloons(folder)
        return (folder,)
    if tool == 'warehouse':
        return write_triples(folder), '--classes', 'x'
    path, _ = write_makesense(folder, {'a.jpg': [('fruit_A', SQUARE)]}, [])
    if tool == 'makesense':
        return (folder,)
    return path, '--class', 'fruit', '--pattern', 'fruit_(?P<grade>.)'


def convert(tool, tmp_path, *words, orientation=6):
    """The sizes of the images and where they say that labels lie, and the summary."""
    source = source_of(tool, tmp_path / 'source')
    for path in (tmp_path / 'source').rglob('*.jpg'):
        turn(path, orientation)
    out = tmp_path / 'out'
    load(tool).main([str(word) for word in (*source, '--out', out, *words)])
    parts = [json.loads(path.read_text()) for path in (out / 'annotations').glob('*.json')]
    images = [image for part in parts for image in part['images']]
    sizes = {(i['width'], i['height'], i.get('drawn')) for i in images}
    boxes = {tuple(a['bbox']) for part in parts for a in part['annotations']}
    [box] = boxes  # labels are never moved, the data set turns them
    assert box in ((20, 20, 40, 40), (20, 20, 41, 41))  # of the warehouse, with both corners
    return sizes, json.loads((out / SUMMARY).read_text())


TOOLS = ['via', 'balloon', 'warehouse', 'makesense', 'coco_attributes']


@pytest.mark.parametrize('tool', TOOLS)
@pytest.mark.parametrize(('drawn', 'expected'), [('stored', STORED), ('upright', UPRIGHT)])
def test_what_is_said_counts(tmp_path, tool, drawn, expected):
    sizes, summary = convert(tool, tmp_path, '--drawn', drawn)
    assert sizes == {expected}
    assert TAKEN_UPRIGHT not in summary['noticed']


@pytest.mark.parametrize('tool', TOOLS)
def test_half_a_turn_leaves_the_size_and_is_said_as_well(tmp_path, tool):
    assert convert(tool, tmp_path, '--drawn', 'stored', orientation=3)[0] == {STORED}


@pytest.mark.parametrize('tool', TOOLS)
def test_a_picture_that_nothing_turns_is_drawn_on_in_one_way(tmp_path, tool):
    assert convert(tool, tmp_path, '--drawn', 'stored', orientation=1)[0] == {(WIDTH, HEIGHT, None)}


@pytest.mark.parametrize('tool', ['via', 'balloon', 'warehouse'])
def test_where_nothing_is_said_it_is_taken_as_upright_and_that_is_said(tmp_path, tool):
    sizes, summary = convert(tool, tmp_path)
    assert sizes == {UPRIGHT}
    assert TAKEN_UPRIGHT in summary['noticed']


@pytest.mark.parametrize('tool', ['makesense', 'coco_attributes'])
def test_where_the_size_is_that_of_the_stored_picture_nobody_knows(tmp_path, tool):
    with pytest.raises(UserError, match=r'EXIF turns .*: say --drawn upright'):
        convert(tool, tmp_path)
