"""``tools/prepare/via.py``: from the VGG Image Annotator to the project's format."""

from __future__ import annotations

import json
import math
import re
from functools import partial

import numpy as np
import pytest
from command_line import ROOT
from labelling import HEIGHT, SQUARE, WIDTH, bytes_of, polygon, region, via_content, write_via
from PIL import Image
from pycocotools.coco import COCO
from via_runs import IMAGES, run_via, write_and_convert

from projects.smn.errors import UserError

SAMPLE = ROOT.parent / 'shared/data/balloon/val'


@pytest.fixture
def convert(tmp_path):
    return partial(write_and_convert, tmp_path)


# What it writes


@pytest.mark.parametrize('seed', range(3))
def test_polygons_come_back_exactly_and_pycocotools_draws_them(convert, tmp_path, seed):
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radii = np.random.default_rng(seed).uniform(30, 70, 14)
    corners = np.stack([100 + radii * np.cos(angles), 80 + radii * np.sin(angles)], 1).round()
    drawn = corners.astype(int).ravel().tolist()
    parts, _ = convert({'a.jpg': [region(polygon(*drawn))]})
    [annotation] = parts['all']['annotations']
    assert annotation['segmentation'] == [drawn]
    coco = COCO(str(tmp_path / 'out/annotations/all.json'))
    mask = coco.annToMask(coco.anns[1])
    assert mask.shape == (HEIGHT, WIDTH)
    assert mask.sum() == pytest.approx(annotation['area'], rel=0.03)


def test_all_forms_of_the_file_give_the_same_bytes(convert, tmp_path):
    written = []
    for form in ('dict', 'list', 'project'):
        convert(IMAGES, '--attribute', 'grade', '--split', '80-20', form=form)
        written.append(bytes_of(tmp_path / 'out' / 'annotations'))
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize(
    ('value', 'row'),
    [('{}.5', r'mark 0\.5 to 20\.5 +21\n'), ('tag {}', r'mark, 21 different values +21\n')],
)
def test_many_values_of_an_attribute_are_one_row_of_the_summary(convert, capsys, value, row):
    images = {
        f'{number}.jpg': [region(polygon(*SQUARE), mark=value.format(number))]
        for number in range(21)
    }
    convert(images, '--attribute', 'mark')
    assert re.search(row, capsys.readouterr().out)


def test_every_shape_has_its_place(convert):
    shapes = [
        polygon(*SQUARE),
        polygon(*SQUARE, 20, 20, name='polyline'),
        {'name': 'rect', 'x': 5, 'y': 6, 'width': 20, 'height': 10},
        {'name': 'circle', 'cx': 100, 'cy': 80, 'r': 40},
        {'name': 'ellipse', 'cx': 100, 'cy': 80, 'rx': 40, 'ry': 20, 'theta': 0.5},
    ]
    parts, summary = convert({'a.jpg': list(map(region, shapes))})
    areas = [annotation['area'] for annotation in parts['all']['annotations']]
    expected = [1600, 1600, 200, math.pi * 1600, math.pi * 800]
    assert areas == pytest.approx(expected, rel=0.01)
    without_mask = [a['id'] for a in parts['all']['annotations'] if 'segmentation' not in a]
    assert without_mask == [3]  # a rectangle says where, and not which pixels
    assert summary['read'] == {
        'images': 1,
        'polygon regions': 1,
        'polyline regions': 1,
        'rect regions': 1,
        'circle regions': 1,
        'ellipse regions': 1,
    }
    assert not summary['skipped']
    assert not summary['corrected']
    assert not summary['noticed']


def test_rectangles_are_masks_if_asked_for(convert):
    rect = {'name': 'rect', 'x': 5, 'y': 6, 'width': 20, 'height': 10}
    parts, _ = convert({'a.jpg': [region(rect)]}, '--rect', 'mask')
    [annotation] = parts['all']['annotations']
    assert annotation['segmentation'] == [[5, 6, 25, 6, 25, 16, 5, 16]]


def test_open_polylines_are_closed_and_noticed_or_skipped(convert):
    other = [value + 9 for value in SQUARE]
    images = {'a.jpg': [region(polygon(*SQUARE, name='polyline')), region(polygon(*other))]}
    parts, summary = convert(images)
    assert [a['area'] for a in parts['all']['annotations']] == [1600, 1600]
    assert summary['noticed'] == {'polylines closed by a straight line': ['a.jpg region 0']}
    parts, summary = convert(images, '--open-polylines', 'skip')
    assert len(parts['all']['annotations']) == 1
    assert summary['skipped'] == {'polylines whose ends do not meet': ['a.jpg region 0']}
    assert parts['all']['images'][0]['complete'] is False


def test_the_class_comes_from_an_attribute(convert):
    regions = [
        region(polygon(*(value + place for value in SQUARE)), name=name)
        for place, name in enumerate(('pear', 'apple', 'pear', ''))
    ]
    parts, summary = convert({'a.jpg': regions}, names=('--class-from', 'name'))
    names = {category['id']: category['name'] for category in parts['all']['categories']}
    found = [names[annotation['category_id']] for annotation in parts['all']['annotations']]
    assert found == ['pear', 'apple', 'pear']
    assert summary['skipped'] == {"regions without a value of 'name'": ['a.jpg region 3']}
    assert parts['all']['images'][0]['complete'] is False  # something without a class is there


def test_attributes_are_labels_and_are_counted(convert):
    regions = [
        region(polygon(*SQUARE), grade='A', bad={'rot': True}),
        region(polygon(*SQUARE), grade='B', bad={}),
        region(polygon(*SQUARE), grade=''),
    ]
    parts, summary = convert({'a.jpg': regions}, '--attribute', 'grade', 'bad')
    labels = [a.get('attributes') for a in parts['all']['annotations']]
    assert labels == [{'grade': 'A', 'bad_rot': 'yes'}, {'grade': 'B', 'bad_rot': 'no'}, None]
    counts = summary['counts']['all']['attributes']
    assert counts == {'grade': {'A': 1, 'B': 1}, 'bad_rot': {'no': 1, 'yes': 1}}


def test_points_are_keypoints_of_the_nearest_object_if_named(convert):
    points = [
        ({'name': 'point', 'cx': x, 'cy': 40}, name) for x, name in ((22, 'head'), (62, 'tail'))
    ]
    regions = [region(shape, name=name) for shape, name in points]
    images = {'a.jpg': [region(polygon(*SQUARE), name='pear'), *regions]}
    names = ('--class-from', 'name')
    parts, summary = convert(images, '--keypoints', 'head', 'tail', names=names)
    assert parts['all']['categories'] == [{'id': 1, 'name': 'pear', 'keypoints': ['head', 'tail']}]
    assert parts['all']['annotations'][0]['keypoints'] == [22, 40, 2, 62, 40, 2]
    assert summary['counts']['all']['keypoints'] == {'head': 1, 'tail': 1}
    parts, summary = convert(images, names=names)
    why = 'points that are no keypoint, and have no extent'
    assert summary['skipped'] == {why: ['a.jpg region 1', 'a.jpg region 2']}
    assert parts['all']['images'][0]['complete'] is False


def test_a_region_without_extent_is_reported_by_its_place_in_the_file(convert):
    images = {'a.jpg': [region(polygon(1, 1, 9, 9)), region(polygon(*SQUARE))], 'b.jpg': []}
    parts, summary = convert(images)
    why = 'objects with a degenerate or malformed outline'
    assert summary['skipped'] == {why: ['a.jpg region 0']}
    assert [image.get('complete') for image in parts['all']['images']] == [False, None]
    assert summary['noticed'] == {'images without objects': ['b.jpg']}


# Images


def test_sizes_are_those_of_the_files_and_a_changed_file_is_noticed(tmp_path):
    folder = tmp_path / 'export'
    path = write_via(folder, {'a.jpg': [region(polygon(*SQUARE))]})
    content = json.loads(path.read_text())
    content['a.jpg-1'].update(size=(folder / 'a.jpg').stat().st_size)
    path.write_text(json.dumps(content))
    Image.new('RGB', (WIDTH * 2, HEIGHT), (1, 2, 3)).save(folder / 'a.jpg', quality=100)
    parts, summary = run_via(tmp_path / 'out', path, '--class', 'x')
    image = parts['all']['images'][0]
    assert (image['width'], image['height']) == (WIDTH * 2, HEIGHT)
    assert summary['noticed'] == {'image files changed since they were labelled': ['a.jpg']}


def test_images_can_lie_elsewhere(tmp_path):
    path = write_via(tmp_path / 'photos', IMAGES)
    elsewhere = path.rename(tmp_path / 'labels.json')
    words = (elsewhere, '--images', tmp_path / 'photos', '--class', 'x')
    parts, _ = run_via(tmp_path / 'out', *words)
    assert len(parts['all']['images']) == 10


def test_images_in_a_common_folder_are_unnamed_only_if_no_file_names_them(tmp_path):
    folder = tmp_path / 'photos'
    files = []
    for name in ('a.jpg', 'b.jpg'):
        path = write_via(folder, {name: [region(polygon(*SQUARE))]})
        files.append(path.rename(tmp_path / f'{name}.json'))
    words = (*files, '--images', folder, '--class', 'x')
    _, summary = run_via(tmp_path / 'out', *words)
    assert not summary['noticed']
    Image.new('RGB', (9, 9)).save(folder / 'stray.jpg')
    _, summary = run_via(tmp_path / 'out', *words)
    assert summary['noticed'] == {'image files that no record names': ['stray.jpg']}


@pytest.mark.parametrize('broken', [False, True])
def test_a_missing_or_broken_image_ends_it_unless_it_may_be_skipped(tmp_path, broken):
    folder = tmp_path / 'export'
    write_via(folder, IMAGES)
    (folder / '3.jpg').unlink()
    if broken:
        (folder / '3.jpg').write_bytes(b'no picture')
    words = "'3.jpg': .*cannot be read as an image" if broken else "'3.jpg': it is not in"
    with pytest.raises(UserError, match=words):
        run_via(tmp_path / 'out', folder, '--class', 'x')
    assert not (tmp_path / 'out').exists()
    parts, summary = run_via(tmp_path / 'out', folder, '--class', 'x', '--skip-missing')
    assert len(parts['all']['images']) == len(parts['all']['annotations']) == 9
    assert summary['skipped']['objects whose image is skipped'] == ['3.jpg region 0']


# Splits


def test_a_split_depends_on_the_seed_alone(convert, tmp_path):
    def names(part):
        return {image['file_name'] for image in part['images']}

    first, _ = convert(IMAGES, '--split', '60-20-20')
    assert [len(first[name]['images']) for name in ('train', 'val', 'test')] == [6, 2, 2]
    assert set.union(*map(names, first.values())) == set(IMAGES)
    assert convert(IMAGES, '--split', '60-20-20')[0] == first
    assert convert(IMAGES, '--split', '60-20-20', '--seed', 1)[0] != first


def test_the_test_sources_are_the_test_part_as_a_whole(tmp_path):
    write_via(tmp_path / 'train', IMAGES)
    write_via(tmp_path / 'val', {f'v{name}': regions for name, regions in list(IMAGES.items())[:3]})
    words = (tmp_path / 'train', '--test', tmp_path / 'val', '--class', 'x')
    parts, summary = run_via(tmp_path / 'out', *words, '--split', '80-20')
    assert {name: len(part['images']) for name, part in parts.items()} == {
        'train': 8,
        'val': 2,
        'test': 3,
    }
    assert {i['file_name'] for i in parts['test']['images']} == {'v0.jpg', 'v1.jpg', 'v2.jpg'}
    numbers = [image['id'] for part in parts.values() for image in part['images']]
    assert len(set(numbers)) == 13
    assert list(summary['counts']) == ['all', 'train', 'val', 'test']
    parts, _ = run_via(tmp_path / 'out', *words)
    assert {name: len(part['images']) for name, part in parts.items()} == {'train': 10, 'test': 3}


def test_an_image_that_the_test_part_has_too_is_taken_out_of_the_training(tmp_path):
    write_via(tmp_path / 'train', IMAGES)
    write_via(tmp_path / 'val', {'copy.jpg': IMAGES['4.jpg']})
    (tmp_path / 'val/copy.jpg').write_bytes((tmp_path / 'train/4.jpg').read_bytes())
    words = (tmp_path / 'train', '--test', tmp_path / 'val', '--class', 'x')
    parts, summary = run_via(tmp_path / 'out', *words)
    assert '4.jpg' not in {image['file_name'] for image in parts['train']['images']}
    assert [image['file_name'] for image in parts['test']['images']] == ['copy.jpg']
    assert len(parts['train']['annotations']) == 9
    assert summary['skipped'] == {'images that --test has too': ['4.jpg']}
    with pytest.raises(UserError, match='--test has all images'):
        run_via(tmp_path / 'other', *words[:2], tmp_path / 'train', '--class', 'x')


def test_two_different_images_of_one_name_are_refused(tmp_path):
    for folder in ('train', 'val'):
        write_via(tmp_path / folder, {'a.jpg': [region(polygon(*SQUARE))]})
    words = (tmp_path / 'train', tmp_path / 'val', '--class', 'x')
    with pytest.raises(UserError, match=r"images 1 and 2 would both be named 'a\.jpg'"):
        run_via(tmp_path / 'out', *words)


# The sample


@pytest.mark.skipif(not SAMPLE.is_dir(), reason='the balloon sample is not in ../shared')
def test_the_balloon_sample_comes_back_exactly(tmp_path):
    parts, summary = run_via(tmp_path / 'out', SAMPLE, '--class', 'balloon')
    coco = parts['all']
    assert (len(coco['images']), len(coco['annotations'])) == (13, 50)
    assert summary['counts']['all']['classes'] == {'balloon': 50}
    for kind in ('repaired', 'corrected', 'skipped', 'noticed'):
        assert not summary[kind], kind
    # Back in VIA's form, the regions are those of the source.
    images = {image['file_name']: [] for image in coco['images']}
    names = {image['id']: image['file_name'] for image in coco['images']}
    for annotation in coco['annotations']:
        drawn = region(polygon(*annotation['segmentation'][0]))
        images[names[annotation['image_id']]].append(drawn)
    back = {entry['filename']: entry['regions'] for entry in via_content(images, 'dict').values()}
    source = json.loads((SAMPLE / 'via_region_data.json').read_text())
    assert back == {entry['filename']: entry['regions'] for entry in source.values()}
