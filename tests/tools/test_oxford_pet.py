"""``tools/prepare/oxford_pet.py``: the pets' original layout to COCO."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import ROOT
from labelling import bytes_of
from pet_tools import convert, make
from pycocotools.coco import COCO
from synthetic.pet_breeds import BREEDS

from projects.smn.datasets import CocoTaskDataset

SAMPLE = ROOT.parent / 'shared/data/oxford_pet'


@pytest.fixture(scope='module')
def raw(tmp_path_factory):
    """Thirty synthetic pets with every oddity; not to be changed."""
    return make(tmp_path_factory.mktemp('data') / 'raw', '--number', 30, '--oddities')


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'pet'


def names_of(part):
    return {Path(image['file_name']).stem for image in part['images']}


# What it writes


def test_every_planted_oddity_is_in_the_summary_under_its_name(raw, out):
    _, summary = convert(raw, out)
    planted = json.loads((raw / 'summary.json').read_text())['planted']
    skipped, noticed = summary['skipped'], summary['noticed']
    assert noticed['GIF, named .jpg'] == planted['gif']
    assert noticed['PNG, named .jpg'] == planted['png']
    assert noticed['PNG with alpha, named .jpg'] == planted['png_with_alpha']
    assert noticed['PNG with a palette, named .jpg'] == planted['png_with_palette']
    assert noticed['JPEG in CMYK, named .jpg'] == planted['cmyk']
    assert noticed['JPEG turned by EXIF, named .jpg'] == planted['turned_by_exif']
    test = (raw / 'annotations/test.txt').read_text().splitlines()
    assert set(noticed['images without an XML, so without a head box']) == {
        *planted['no_xml'],
        *(line.split()[0] for line in test),
    }
    assert skipped == {
        'images that cannot be read to the end': [
            f'{name} is damaged or cut off (JPEG)' for name in planted['truncated']
        ],
        'trimaps of another size than their image': planted['trimap_of_another_size'],
        'trimaps without foreground': planted['trimap_without_foreground'],
        'images without a trimap': planted['no_trimap'],
        'XMLs that cannot be read': planted['broken_xml'],
        'XMLs with several objects': planted['xml_with_several_objects'],
        'files in images/ that are no pictures': planted['no_picture'],
        'files in trimaps/ of no picture that is used': planted['hidden_trimap'],
        'pictures that list.txt does not name': planted['unlisted'],
        'names in list.txt without a picture': planted['no_file'],
    }
    assert summary['corrected'] == {
        'repeated lines in list.txt': len(planted['repeated']),
        'images written anew as PNG': 5,
    }


def test_every_image_is_there_and_opencv_reads_it_in_the_size_of_its_labels(raw, out):
    parts, _ = convert(raw, out)
    written = set()
    for part in parts.values():
        for image in part['images']:
            picture = cv2.imread(str(out / 'images' / image['file_name']))
            assert picture.shape == (image['height'], image['width'], 3)
            written.add(image['file_name'])
            if 'seg_map' in image:
                path = out / 'annotations/semantic' / image['seg_map']
                assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape == picture.shape[:2]
    assert {path.name for path in (out / 'images').iterdir()} == written


def test_pycocotools_and_our_data_set_read_the_result(raw, out):
    parts, _ = convert(raw, out, '--classes', 'species', '--split', '80-20')
    coco = COCO(str(out / 'annotations/train.json'))
    assert [category['name'] for category in coco.loadCats([1, 2])] == ['cat', 'dog']
    for found in coco.anns.values():
        assert coco.annToMask(found).sum() == found['area']
    tasks = dict(
        mask=dict(type='MaskTask'), breed=dict(type='ClassificationTask', classes=tuple(BREEDS))
    )
    data = CocoTaskDataset(
        ann_file='annotations/train.json',
        data_root=str(out),
        data_prefix=dict(img='images/'),
        metainfo=dict(classes=('cat', 'dog'), tasks=tasks),
    )
    objects = len(parts['train']['annotations'])
    assert data.label_counts().boxes == objects
    assert data.label_counts().tasks == {'mask': objects, 'breed': objects}


@pytest.mark.parametrize('classes', ['breed', 'species', 'pet'])
def test_the_classes_change_the_categories_and_nothing_else(raw, tmp_path, classes):
    by_breed, _ = convert(raw, tmp_path / 'breed')
    other, _ = convert(raw, tmp_path / 'other', '--classes', classes)
    for name, part in by_breed.items():
        assert other[name]['images'] == part['images']
        for one, two in zip(part['annotations'], other[name]['annotations'], strict=True):
            for key in ('id', 'image_id', 'bbox', 'area', 'segmentation'):
                assert one[key] == two[key]
    assert bytes_of(tmp_path / 'breed/images') == bytes_of(tmp_path / 'other/images')


@pytest.mark.parametrize('link', ['copy', 'hardlink'])
def test_the_source_stays_as_it_was(raw, out, link):
    before = bytes_of(raw)
    convert(raw, out, '--link', link)
    assert bytes_of(raw) == before
    ordinary = out / 'images/great_pyrenees_3.jpg'
    original = raw / 'images/great_pyrenees_3.jpg'
    assert ordinary.samefile(original) == (link == 'hardlink')
    assert ordinary.read_bytes() == before['images/great_pyrenees_3.jpg']


# Splits


def test_a_split_is_complete_stratified_and_reproducible(raw, tmp_path):
    parts, _ = convert(raw, tmp_path / 'a', '--split', '60-20-20')
    assert set(parts) == {'train', 'val', 'test'}
    assert sum(len(part['images']) for part in parts.values()) == 29
    ids = [image['id'] for part in parts.values() for image in part['images']]
    assert len(set(ids)) == 29
    for part in parts.values():
        assert {image['attributes']['breed'] for image in part['images']} == set(BREEDS)
    convert(raw, tmp_path / 'b', '--split', '60-20-20')
    first, again = bytes_of(tmp_path / 'a'), bytes_of(tmp_path / 'b')
    assert {k: v for k, v in first.items() if k != 'summary.json'} == {
        k: v for k, v in again.items() if k != 'summary.json'
    }
    other, _ = convert(raw, tmp_path / 'c', '--split', '60-20-20', '--seed', 1)
    assert names_of(other['test']) != names_of(parts['test'])


def test_the_official_split_is_that_of_the_lists_and_its_test_has_no_heads(raw, out):
    parts, summary = convert(raw, out, '--split', 'official')
    listed = {
        part: {
            line.split()[0] for line in (raw / f'annotations/{part}.txt').read_text().splitlines()
        }
        for part in ('trainval', 'test')
    }
    assert names_of(parts['test']) == listed['test']
    assert names_of(parts['train']) | names_of(parts['val']) < listed['trainval']
    assert not names_of(parts['train']) & names_of(parts['val'])
    assert len(parts['val']['images']) == round(0.2 * 14)
    assert summary['labels']['test']['head boxes'] == 0
    assert summary['labels']['train']['head boxes'] > 0


def test_the_official_split_leaves_out_what_no_list_names(raw, tmp_path):
    own = shutil.copytree(raw, tmp_path / 'raw')
    path = own / 'annotations/test.txt'
    first, *rest = path.read_text().splitlines()
    path.write_text('\n'.join(rest))
    parts, summary = convert(own, tmp_path / 'a', '--split', 'official')
    name = first.split()[0]
    what = 'images that neither trainval.txt nor test.txt names'
    assert summary['skipped'][what] == [name]
    assert summary['labels']['all'] == {
        key: sum(summary['labels'][part][key] for part in parts) for key in summary['labels']['all']
    }
    assert not any(name in path for path in bytes_of(tmp_path / 'a'))


def test_identical_images_are_in_one_part_unless_the_lists_say_otherwise(tmp_path):
    own = make(tmp_path / 'raw', '--number', 12)
    images = own / 'images'
    (images / 'pug_2.jpg').write_bytes((images / 'pug_1.jpg').read_bytes())
    trimaps = own / 'annotations/trimaps'
    (trimaps / 'pug_2.png').write_bytes((trimaps / 'pug_1.png').read_bytes())
    for seed in range(4):
        parts, summary = convert(own, tmp_path / 'a', '--split', '50-50', '--seed', seed)
        twins = {'pug_1', 'pug_2'}
        assert twins & names_of(parts['train']) in (set(), twins)
        assert summary['noticed']['identical images'] == ['pug_1 = pug_2']
    _, summary = convert(own, tmp_path / 'b', '--split', 'official')
    said = summary['noticed']['identical images, of trainval and of test']
    assert said == ['pug_1 = pug_2']


# The real sample


@pytest.mark.skipif(not SAMPLE.is_dir(), reason='the pet sample is not in ../shared')
@pytest.mark.parametrize('split', ['80-20', 'official'])
def test_the_counts_of_the_sample_agree_with_its_files(out, split):
    parts, summary = convert(SAMPLE, out, '--split', split)
    pictures = {path.stem for path in (SAMPLE / 'images').glob('*.jpg')}
    boxed = {path.stem for path in (SAMPLE / 'annotations/xmls').glob('*.xml')}
    lists = {
        part: {line.split()[0] for line in (SAMPLE / f'annotations/{part}.txt').open()}
        for part in ('list', 'trainval', 'test')
    }
    assert (len(pictures), len(boxed)) == (200, 109)
    assert set.union(*map(names_of, parts.values())) == pictures
    assert summary['labels']['all'] == {'masks': 200, 'head boxes': 109, 'semantic maps': 200}
    assert {kind: set(names) for kind, names in summary['skipped'].items()} == {
        'names in list.txt without a picture': lists['list'] - pictures
    }
    assert {kind: set(names) for kind, names in summary['noticed'].items()} == {
        'images without an XML, so without a head box': pictures - boxed
    }
    assert summary['corrected'] == {}
    assert summary['counts']['all']['attributes'] == {'species': {'cat': 133, 'dog': 67}}
    if split == 'official':
        assert names_of(parts['test']) == pictures & lists['test']
        assert names_of(parts['train']) | names_of(parts['val']) == pictures & lists['trainval']
    for part in parts.values():
        for image, found in zip(part['images'], part['annotations'], strict=True):
            path = SAMPLE / 'annotations/trimaps' / image['seg_map']
            trimap = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            assert found['area'] == np.count_nonzero(trimap != 2)
