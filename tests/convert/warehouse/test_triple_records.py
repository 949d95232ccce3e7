"""What becomes of a triple, and what an absent label or a bad file means."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from PIL import Image
from raw_triples import HEIGHT, WIDTH, RawTriples, mask

from projects.smn.errors import UserError

FIRST = 'a'


@pytest.fixture
def raw(tmp_path):
    return RawTriples(tmp_path / 'raw')


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'out'


def first(coco):
    """The first image, and the objects on it."""
    image = coco['images'][0]
    return image, [a for a in coco['annotations'] if a['image_id'] == image['id']]


def test_a_sound_triple_has_its_box_and_its_map(raw, out):
    coco, report, writer = raw.convert(out)
    image, [found] = first(coco)
    size = {'width': WIDTH, 'height': HEIGHT}
    assert image == {'id': 1, 'file_name': 'a.png', **size, 'seg_map': 'a.png'}
    place = {'bbox': [5, 2, 4, 6], 'area': 24, 'iscrowd': 0}
    assert found == {'id': 1, 'image_id': 1, 'category_id': 1, **place}
    values = cv2.imread(str(out / 'annotations/semantic/a.png'), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(values, np.select([mask() == 7, mask() == 3], [1, 2], 0))
    assert [a['id'] for a in coco['annotations']] == [1, 2, 3]
    assert writer.copies == {f'{name}.png': raw.image(name) for name in 'abc'}
    assert writer.pixels[:3].tolist() == [3 * (mask() == code).sum() for code in (0, 7, 3)]
    assert [report.skipped, report.noticed, report.corrected] == [{}, {}, {}]


def test_an_empty_file_of_boxes_says_that_there_is_none(raw, out):
    raw.boxes(FIRST).write_text('')
    image, objects = first(raw.convert(out)[0])
    assert objects == []
    assert 'complete' not in image


def test_null_for_the_boxes_says_that_nobody_looked(raw, out):
    raw.write_list([[*raw.triple(FIRST)[:2], None]])
    image, objects = first(raw.convert(out)[0])
    assert objects == []
    assert image['complete'] is False
    assert image['seg_map'] == 'a.png'


def test_null_for_the_mask_leaves_the_boxes(raw, out):
    path, _, boxes = raw.triple(FIRST)
    raw.write_list([[path, None, boxes]])
    coco, _, _ = raw.convert(out, codes=None)
    image, objects = first(coco)
    assert 'seg_map' not in image
    assert 'complete' not in image
    assert len(objects) == 1
    assert list((out / 'annotations/semantic').iterdir()) == []


@pytest.mark.parametrize(
    ('kind', 'spoil', 'fault'),
    [
        ('images', lambda raw: raw.image(FIRST).unlink(), 'does not exist'),
        (
            'images',
            lambda raw: raw.image(FIRST).write_bytes(b'no'),
            'cannot be read as an image .*',
        ),
        ('masks', lambda raw: raw.mask(FIRST).unlink(), 'does not exist'),
        ('masks', lambda raw: raw.mask(FIRST).write_bytes(b'no'), 'cannot be read to its end'),
        ('masks', lambda raw: raw.write_mask(FIRST, mask()[1:]), 'another size than its image'),
        ('boxes', lambda raw: raw.boxes(FIRST).unlink(), 'does not exist'),
    ],
)
def test_a_bad_file_is_one_sentence_or_with_skip_missing_a_missing_label(
    raw, tmp_path, kind, spoil, fault
):
    spoil(raw)
    with pytest.raises(UserError, match=f'a.* {fault}; --skip-missing'):
        raw.convert(tmp_path / 'refused')
    coco, report, _ = raw.convert(tmp_path / 'out', skip_missing=True)
    [(said, files)] = report.skipped.items()
    assert said.startswith(f'{kind}: ')
    assert re.search(fault, said)
    assert len(files) == 1
    by_name = {image['file_name']: image for image in coco['images']}
    assert ('a.png' in by_name) == (kind != 'images')
    if kind != 'images':
        assert ('seg_map' in by_name['a.png']) == (kind != 'masks')
        assert by_name['a.png'].get('complete', True) == (kind != 'boxes')
    other = {'id': 2, 'file_name': 'b.png', 'seg_map': 'b.png'}
    assert by_name['b.png'] == {**by_name['c.png'], **other}


@pytest.mark.parametrize('kind', ['image', 'mask', 'boxes'])
def test_a_file_that_is_called_so_in_other_letters_is_asked_about(raw, out, kind):
    path = getattr(raw, kind)(FIRST)
    path.rename(path.with_name(path.name.upper()))
    with pytest.raises(
        UserError, match=rf"does not exist; is '{path.name.upper()}' meant\?; --skip"
    ):
        raw.convert(out)


def test_a_box_over_the_edge_is_cut_off(raw, out):
    raw.boxes(FIRST).write_text(f'forklift,-4,2,{WIDTH + 3},7\n')
    coco, report, _ = raw.convert(out)
    image, [found] = first(coco)
    assert found['bbox'] == [0, 2, WIDTH, 6]
    assert found['category_id'] == 2
    assert 'complete' not in image
    assert report.corrected == {'boxes cut off at the edge of their image': 1}


@pytest.mark.parametrize('corners', [(WIDTH, 2, WIDTH + 3, 7), (-9, 2, -1, 7), (8, 2, 5, 7)])
def test_a_box_that_is_nowhere_on_the_image_leaves_it_incomplete(raw, out, corners):
    cells = ','.join(map(str, corners))
    raw.boxes(FIRST).write_text(f'person,5,2,8,7\nperson,{cells}\n')
    coco, report, _ = raw.convert(out)
    image, objects = first(coco)
    assert len(objects) == 1
    assert image['complete'] is False
    [[where]] = report.skipped.values()
    assert where.endswith('a.csv, line 2')


def test_a_mask_without_codes_is_one_sentence(raw, out):
    with pytest.raises(UserError, match=r'a\.png is a mask: --codes says'):
        raw.convert(out, codes=None)


def test_of_an_image_that_exif_turns_the_size_of_the_mask_says_how_it_was_labelled(raw, out):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(raw.image(FIRST)).save(raw.image(FIRST), exif=exif)
    coco, report, writer = raw.convert(out)
    image, _ = first(coco)
    # Its mask has the size of the stored picture; the data set turns both.
    assert (image['width'], image['height'], image['drawn']) == (WIDTH, HEIGHT, 'stored')
    assert image['file_name'] in writer.copies
    assert not report.corrected
    assert not report.noticed
