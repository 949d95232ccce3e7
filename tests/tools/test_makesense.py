"""``tools/prepare/makesense.py``: polygons and points of makesense.ai in the project's format."""

from __future__ import annotations

import csv
import json
from collections import Counter
from functools import partial

import pytest
from command_line import ROOT, run
from makesense_runs import BOARD, LINE, LONG, LOW, run_makesense, write_and_convert, write_export
from PIL import Image
from pycocotools import mask as rle

from projects.smn.errors import UserError

SAMPLE = ROOT.parent / 'shared/data/cucumber/cucumber'


@pytest.fixture
def export(tmp_path):
    return partial(write_export, tmp_path)


@pytest.fixture
def convert(tmp_path):
    return partial(write_and_convert, tmp_path)


# What it writes


def test_polygons_are_objects_and_points_are_their_labels(convert):
    coco, summary = convert('--of', 'fruit')
    board, first, second = coco['annotations']
    assert coco['categories'] == [
        {'id': 1, 'name': 'board'},
        {'id': 2, 'name': 'fruit', 'keypoints': ['head', 'tail']},
    ]
    assert [a['category_id'] for a in coco['annotations']] == [1, 2, 2]
    assert [a['segmentation'] for a in coco['annotations']] == [[BOARD], [LONG], [LOW]]
    assert first['masks'] == {'spine': [LINE]}
    assert first['keypoints'] == [22, 40, 2, 183, 40, 2]
    assert first['attributes'] == {'neck': '3', 'rating': '1'}
    for unlabelled in (board, second):
        assert not {'masks', 'keypoints', 'attributes'} & unlabelled.keys()
    assert summary['read'] == {'images': 1, 'polygons': 4, 'points': 4}
    assert summary['counts']['all'] == {
        'images': 1,
        'objects': 3,
        'classes': {'board': 1, 'fruit': 2},
        'attributes': {'neck': {'3': 1}, 'rating': {'1': 1}},
        'keypoints': {'head': 1, 'tail': 1},
        'masks': {'spine': 1},
    }
    assert not summary['skipped']
    inferred = 'attributes that no --attribute names, by the labels of points'
    assert summary['noticed'] == {inferred: ['neck: 3', 'rating: 1']}


def test_other_names_are_said_by_options(convert):
    points = [('top', 22, 40), ('neck_3', 100, 40), ('rating_1', 50, 50)]
    words = ('--keypoints', 'top', '--mask', 'axis=backbone', '--attribute', 'neck')
    coco, summary = convert(*words, points=points)
    first = coco['annotations'][1]
    assert first['masks'] == {'axis': [LINE]}
    assert (first['keypoints'], first['attributes']) == ([22, 40, 2], {'neck': '3'})
    assert summary['skipped'] == {'points of an unknown label': ['rating_1 at 50,50 of a.jpg']}


def test_without_masks_every_polygon_is_an_object(convert):
    coco, _ = convert('--mask')
    assert len(coco['annotations']) == 4
    assert [c['name'] for c in coco['categories']] == ['board', 'fruit', 'backbone']
    assert coco['annotations'][2]['attributes'] == {'neck': '3'}  # the smallest that contains it


def test_without_points_only_outlines_are_written(export, tmp_path):
    folder = export()
    for words in ((folder, '--points'), (folder / 'labels.json',)):
        (folder / 'labels.csv').unlink(missing_ok=words[0] != folder)
        coco, summary = run_makesense(tmp_path / 'out', *words)
        assert not any('attributes' in a or 'keypoints' in a for a in coco['annotations'])
        assert not any('keypoints' in category for category in coco['categories'])
        assert summary['counts']['all']['masks'] == {'spine': 1}


def test_a_label_names_attribute_and_value_at_its_last_underscore(convert):
    points = [('skin_colour_dark', 100, 40), ('skin_colour_pale', 100, 120), ('ripe', 100, 40)]
    coco, summary = convert(points=points)
    labels = [annotation.get('attributes') for annotation in coco['annotations']]
    assert labels == [None, {'skin_colour': 'dark'}, {'skin_colour': 'pale'}]
    assert summary['skipped'] == {'points of an unknown label': ['ripe at 100,40 of a.jpg']}
    [said] = summary['noticed'].values()
    assert said == ['skin_colour: dark, pale']


@pytest.mark.parametrize('label', ['color_board', 'stem_end'])
def test_the_name_of_a_thing_is_no_attribute_unless_an_option_says_so(convert, label):
    points = [(label, 100, 40), ('neck_3', 100, 40), ('mass_1.5', 100, 40)]
    coco, summary = convert(points=points)
    assert coco['annotations'][1]['attributes'] == {'mass': '1.5', 'neck': '3'}
    assert summary['skipped'] == {'points of an unknown label': [f'{label} at 100,40 of a.jpg']}
    key, _, value = label.partition('_')
    coco, summary = convert('--attribute', key, points=points)
    assert coco['annotations'][1]['attributes'] == {key: value}
    assert not summary['noticed']


def test_a_label_that_is_only_declared_says_that_its_key_has_several_values(export, tmp_path):
    folder = export(points=[('skin_dark', 100, 40)])
    path = folder / 'labels.json'
    coco = json.loads(path.read_text())
    coco['categories'] += [{'id': 8, 'name': 'skin_dark'}, {'id': 9, 'name': 'skin_pale'}]
    path.write_text(json.dumps(coco))
    coco, _ = run_makesense(tmp_path / 'out', folder)
    assert coco['annotations'][1]['attributes'] == {'skin': 'dark'}
    assert [category['name'] for category in coco['categories']] == ['board', 'fruit']


def test_a_point_with_the_label_of_a_polygon_is_reported(convert):
    polygons = [('color_board', LONG)]
    coco, summary = convert(polygons=polygons, points=[('color_board', 100, 40)])
    assert 'attributes' not in coco['annotations'][0]
    assert list(summary['skipped']) == ['points with a label of polygons']


def test_a_split_keeps_points_with_their_images(convert, tmp_path):
    images = tuple(f'{number}.jpg' for number in range(10))
    train, summary = convert('--split', '80-20', images=images)
    assert [summary['counts'][part]['images'] for part in ('all', 'train', 'test')] == [10, 8, 2]
    assert summary['counts']['train']['keypoints'] == {'head': 8, 'tail': 8}
    assert summary['counts']['test']['attributes']['neck'] == {'3': 2}
    assert len(train['annotations']) == 24


# Ambiguous points


@pytest.mark.parametrize(
    ('points', 'reasons'),
    [
        ([('neck_3', 10, 90)], {'points in no object': 1}),
        ([('head', 100, 80)], {'points about equally near to two objects': 1}),
        ([('head', 100, 77)], {'points far from the nearest object': 1}),
        ([('head', 22, 40), ('head', 30, 40)], {"points 'head' that one object has several of": 2}),
        (
            [('neck_3', 22, 40), ('neck_4', 30, 40)],
            {"points that give one object different values of 'neck'": 2},
        ),
    ],
)
def test_what_cannot_be_told_is_reported_and_absent(convert, points, reasons):
    words = ('--of', 'fruit', *(('--reach', 0.2) if '80' in str(points) else ()))
    coco, summary = convert(*words, points=points)
    assert {why: len(items) for why, items in summary['skipped'].items()} == reasons
    assert not any('keypoints' in a or 'attributes' in a for a in coco['annotations'])


def test_a_point_in_two_polygons_of_similar_size_is_ambiguous(convert):
    overlapping = [('fruit', LONG), ('fruit', [100, 20, 190, 20, 190, 70, 100, 70])]
    points = [('neck_3', 150, 40), ('head', 150, 40), ('neck_1', 50, 40)]
    coco, summary = convert(polygons=overlapping, points=points)
    assert summary['skipped'] == {
        'points in two objects of similar size': [
            'head at 150,40 of a.jpg',
            'neck_3 at 150,40 of a.jpg',
        ]
    }
    assert [a.get('attributes') for a in coco['annotations']] == [{'neck': '1'}, None]


def test_ambiguous_points_are_printed(export, tmp_path):
    folder = export(points=[('neck_3', 10, 90)])
    done = run('prepare/makesense.py', folder, '--out', tmp_path / 'out')
    assert done.returncode == 0, done.stderr
    assert "skipped: points in no object: 1 ('neck_3 at 10,90 of a.jpg')" in done.stdout


# Images


def test_a_missing_image_ends_it_unless_it_may_be_skipped(export, tmp_path):
    folder = export(images=('a.jpg', 'b.jpg'))
    (folder / 'b.jpg').unlink()
    with pytest.raises(UserError, match=r"labels\.json names the image 'b\.jpg': it is not in"):
        run_makesense(tmp_path / 'out', folder)
    assert not (tmp_path / 'out').exists()
    coco, summary = run_makesense(tmp_path / 'out', folder, '--skip-missing')
    assert len(coco['annotations']) == 3
    assert {why: len(items) for why, items in summary['skipped'].items()} == {
        'images that are not in the folder': 1,
        'objects whose image is skipped': 3,
        'mask polygons whose image is skipped': 1,
        'points whose image is skipped': 4,
    }


def test_labels_of_another_size_than_their_image_are_not_written(export, tmp_path):
    folder = export(images=('a.jpg', 'b.jpg'))
    Image.new('RGB', (100, 80)).save(folder / 'b.jpg')
    with pytest.raises(UserError, match=r'b\.jpg has another size, 200x160 -> 100x80'):
        run_makesense(tmp_path / 'out', folder)
    assert not (tmp_path / 'out').exists()
    coco, summary = run_makesense(tmp_path / 'out', folder, '--skip-missing')
    assert [image['file_name'] for image in coco['images']] == ['a.jpg']
    assert len(summary['skipped']['points whose image is skipped']) == 4
    assert summary['skipped']['images that have another size than their labels'] == ['b.jpg']


# The sample


@pytest.mark.skipif(not SAMPLE.is_dir(), reason='the cucumber sample is not in ../shared')
def test_the_cucumber_sample_comes_back_exactly(tmp_path):
    words = ('--of', 'cucumber', '--skip-missing')
    coco, summary = run_makesense(tmp_path / 'out', SAMPLE, *words)
    [image] = coco['images']
    source = json.loads(next(SAMPLE.glob('*.json')).read_text())
    drawn = [a for a in source['annotations'] if a['image_id'] == image['id']]
    written = [a['segmentation'] for a in coco['annotations']]
    written += [a['masks']['spine'] for a in coco['annotations'] if 'masks' in a]
    assert len(written) == 19
    assert sorted(written) == sorted(a['segmentation'] for a in drawn)
    assert summary['counts']['all']['classes'] == {'color_board': 1, 'cucumber': 9}

    # Every point of the file is a label of one fruit, and of a fruit that it lies on.
    rows = csv.reader(next(SAMPLE.glob('*.csv')).read_text().splitlines())
    points = [(row[0], int(row[1]), int(row[2])) for row in rows if row[3] == image['file_name']]
    found = Counter()
    for fruit in coco['annotations'][1:]:
        head, tail = fruit['keypoints'][:2], fruit['keypoints'][3:5]
        found.update([('head', *head), ('tail', *tail)])
        assert fruit['num_keypoints'] == 2
        assert set(fruit['attributes']) == {'neck', 'rating'}
        pixels = rle.decode(rle.frPyObjects(fruit['segmentation'], 2448, 3264))[..., 0]
        for key, value in fruit['attributes'].items():
            inside = [p for p in points if p[0] == f'{key}_{value}' and pixels[p[2], p[1]]]
            assert len(inside) == 1
            found.update(inside)
    assert found == Counter(points)
    assert set(summary['skipped']) == {
        'images that are not in the folder',
        'objects whose image is skipped',
        'mask polygons whose image is skipped',
        'points whose image is skipped',
    }
