"""``tools/prepare/coco_attributes.py``: class names into a class and attributes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from labelling import load
from PIL import Image
from pycocotools.coco import COCO

from projects.smn.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / 'tools/prepare/coco_attributes.py'
SAMPLE = ROOT.parent / 'shared/data/mandarin/dataset/train'
PATTERN = r'Fruit-(?P<grade>[ABC])-(?P<size>.+)'
SQUARE = [[2, 2, 12, 2, 12, 12, 2, 12]]


tool = load('coco_attributes')


@pytest.fixture
def source(tmp_path):
    """A folder of ten pictures and a sound COCO file of them, one object on each."""
    folder = tmp_path / 'export'
    folder.mkdir()
    images, annotations = [], []
    for number in range(1, 11):
        Image.new('RGB', (32, 24), (number * 20, 0, 0)).save(folder / f'{number}.jpg')
        file_name = f'some/folder/{number}.jpg'
        images.append({'id': number, 'file_name': file_name, 'width': 32, 'height': 24})
        annotations.append(_object(number, number, 10 + number % 3))
    names = {10: 'Fruit-A-Grande', 11: 'Fruit-B-PequeÃ±a', 12: 'leaf'}
    categories = [{'id': number, 'name': name} for number, name in names.items()]
    return Source(folder, images, annotations, categories)


def _object(number, image, category, **more):
    shape = {'segmentation': SQUARE, 'bbox': [2, 2, 10, 10], 'area': 100, 'iscrowd': 0}
    return {'id': number, 'image_id': image, 'category_id': category, **{**shape, **more}}


class Source:
    """A COCO file that a test may change before it is converted."""

    def __init__(self, folder, images, annotations, categories):
        self.folder, self.out = folder, folder.parent / 'out'
        self.file = folder / 'via_region_data.json'
        self.images, self.annotations, self.categories = images, annotations, categories

    def save(self, **replaced):
        lists = {'images': self.images, 'annotations': self.annotations}
        content = {**lists, 'categories': self.categories, **replaced}
        self.file.write_text(json.dumps(content), 'utf-8')

    def arguments(self, *more):
        words = [self.file, '--images', self.folder, '--out', self.out, '--class', 'fruit']
        words += ['--pattern', PATTERN, *more]  # of an option given twice the last one counts
        return [str(word) for word in words]

    def convert(self, *more, part='all'):
        """Save, run, and give the annotation file of ``part`` and the summary."""
        self.save()
        tool.main(self.arguments(*more))
        return self.part(part), json.loads((self.out / 'summary.json').read_text('utf-8'))

    def part(self, name):
        return json.loads((self.out / f'annotations/{name}.json').read_text('utf-8'))


# What it writes


def test_named_groups_become_attributes_and_other_names_stay_classes(source):
    coco, summary = source.convert()
    assert coco['categories'] == [{'id': 1, 'name': 'fruit'}, {'id': 2, 'name': 'leaf'}]
    first, second, third = coco['annotations'][:3]
    assert (first['category_id'], first['attributes']) == (1, {'grade': 'B', 'size': 'Pequeña'})
    assert second['category_id'] == 2
    assert 'attributes' not in second
    assert third['attributes'] == {'grade': 'A', 'size': 'Grande'}
    assert first['segmentation'] == SQUARE
    assert first['iscrowd'] == 0
    assert summary['counts']['all'] == {
        'images': 10,
        'objects': 10,
        'classes': {'fruit': 7, 'leaf': 3},
        'attributes': {'grade': {'A': 3, 'B': 4}, 'size': {'Grande': 3, 'Pequeña': 4}},
    }
    assert summary['noticed']['categories that do not match --pattern'] == ['leaf']


def test_unmatched_classes_can_be_dropped(source):
    coco, summary = source.convert('--drop-unmatched')
    assert [category['name'] for category in coco['categories']] == ['fruit']
    assert len(coco['annotations']) == 7
    assert len(coco['images']) == 10
    assert summary['skipped']['objects of classes that are dropped'] == [2, 5, 8]
    assert summary['noticed']['images without objects'] == ['2.jpg', '5.jpg', '8.jpg']


def test_a_group_that_takes_no_part_is_an_absent_key(source):
    source.categories[0]['name'] = 'Fruit-A'
    coco, _ = source.convert('--pattern', r'Fruit-(?P<grade>[ABC])(-(?P<size>.+))?')
    assert coco['annotations'][2]['attributes'] == {'grade': 'A'}


def test_values_are_renamed_all_at_once(source):
    coco, summary = source.convert('--rename', 'size.Pequeña=Grande', 'size.Grande=Pequeña')
    assert coco['annotations'][0]['attributes']['size'] == 'Grande'
    assert summary['counts']['all']['attributes']['size'] == {'Grande': 4, 'Pequeña': 3}


def test_attributes_and_other_keys_of_the_source_are_kept(source):
    source.images[0]['complete'] = False
    source.annotations[0].update(attributes={'occluded': True}, keypoints=[5, 5, 2])
    source.categories[1]['keypoints'] = ['stem']
    source.categories[2]['keypoints'] = ['tip']
    coco, summary = source.convert()
    assert coco['images'][0]['complete'] is False
    assert coco['annotations'][0]['keypoints'] == [5, 5, 2]
    assert coco['annotations'][0]['attributes']['occluded'] is True
    assert coco['annotations'][0]['attributes']['grade'] == 'B'
    assert [category['keypoints'] for category in coco['categories']] == [['stem'], ['tip']]
    assert summary['counts']['all']['keypoints'] == {'stem': 1, 'tip': 0}


def test_points_of_classes_that_are_joined_keep_their_names(source):
    source.categories[0]['keypoints'] = ['head', 'tail']
    source.categories[1]['keypoints'] = ['tail', 'head']
    source.annotations[2]['keypoints'] = [3, 3, 2, 9, 9, 1]  # of the first category
    source.annotations[0]['keypoints'] = [9, 9, 1, 3, 3, 2]
    coco, _ = source.convert()
    assert coco['categories'][0]['keypoints'] == ['head', 'tail']
    assert coco['annotations'][0]['keypoints'] == [3, 3, 2, 9, 9, 1]
    assert coco['annotations'][2]['keypoints'] == [3, 3, 2, 9, 9, 1]


@pytest.mark.parametrize('link', ['copy', 'hardlink'])
def test_images_get_bare_names_and_the_source_stays_as_it_was(source, link):
    source.save()
    before = {path.name: path.read_bytes() for path in source.folder.iterdir()}
    coco, _ = source.convert('--link', link)
    assert {path.name: path.read_bytes() for path in source.folder.iterdir()} == before
    for image in coco['images']:
        written = source.out / 'images' / image['file_name']
        assert written.read_bytes() == before[image['file_name']]
        original = source.folder / image['file_name']
        assert written.samefile(original) == (link == 'hardlink')


def test_pycocotools_reads_the_result(source):
    source.convert()
    coco = COCO(str(source.out / 'annotations/all.json'))
    assert len(coco.getAnnIds(catIds=coco.getCatIds(catNms=['fruit']))) == 7
    assert coco.annToMask(coco.anns[1]).sum() == 100


# Text


def test_text_that_lost_its_letters_is_reported_not_guessed(source):
    source.categories[1]['name'] = 'Fruit-B-Peque\ufffda'
    source.categories[2]['name'] = 'Peque?a'
    coco, summary = source.convert()
    assert summary['not_repairable'] == ['Fruit-B-Peque\ufffda', 'Peque?a']
    assert coco['annotations'][0]['attributes']['size'] == 'Peque\ufffda'


def test_repaired_names_are_in_the_summary(source, capsys):
    _, summary = source.convert()
    assert summary['repaired'] == {'Fruit-B-PequeÃ±a': 'Fruit-B-Pequeña'}
    assert "repaired: 'Fruit-B-PequeÃ±a' -> 'Fruit-B-Pequeña'" in capsys.readouterr().out


def test_a_file_that_is_not_utf8_is_read_and_reported(source):
    source.categories[1]['name'] = 'Fruit-B-Pequeña'
    source.save()
    content = json.loads(source.file.read_bytes())
    source.file.write_bytes(json.dumps(content, ensure_ascii=False).encode('cp1252'))
    tool.main(source.arguments())
    assert source.part('all')['annotations'][0]['attributes']['size'] == 'Pequeña'
    summary = json.loads((source.out / 'summary.json').read_text('utf-8'))
    assert 'annotation file is not UTF-8, read as cp1252' in summary['noticed']


def test_a_garbled_file_name_finds_its_file_and_is_written_repaired(source):
    (source.folder / '1.jpg').rename(source.folder / 'niña.jpg')
    source.images[0]['file_name'] = 'C:\\data\\niÃ±a.jpg'
    coco, _ = source.convert()
    assert coco['images'][0]['file_name'] == 'niña.jpg'
    assert (source.out / 'images/niña.jpg').is_file()


# Images


def test_absent_and_unreadable_images_are_skipped_with_their_objects(source):
    (source.folder / '1.jpg').unlink()
    (source.folder / '2.jpg').write_bytes(b'no picture')
    with pytest.raises(UserError, match=r"image 'some/folder/1\.jpg': it is not in .*--skip"):
        source.convert()
    assert not source.out.exists()
    coco, summary = source.convert('--skip-missing')
    assert len(coco['images']) == len(coco['annotations']) == 8
    [unreadable] = summary['skipped']['images that cannot be read']
    assert unreadable.startswith('some/folder/2.jpg cannot be read as an image')
    assert summary['skipped'] == {
        'images that are not in the folder': ['some/folder/1.jpg'],
        'images that cannot be read': [unreadable],
        'objects whose image is skipped': [1, 2],
    }
    assert {path.name for path in (source.out / 'images').iterdir()} == {
        image['file_name'] for image in coco['images']
    }


def test_images_without_objects_are_kept_and_files_without_a_record_are_not(source):
    Image.new('RGB', (32, 24)).save(source.folder / 'stray.png')
    del source.annotations[3]
    coco, summary = source.convert()
    assert len(coco['images']) == 10
    assert summary['noticed']['images without objects'] == ['4.jpg']
    assert summary['noticed']['image files that no record names'] == ['stray.png']
    assert not (source.out / 'images/stray.png').exists()


def test_a_jpeg_that_was_cut_off_cannot_be_read(source):
    path = source.folder / '1.jpg'
    Image.effect_noise((320, 240), 50).convert('RGB').save(path)
    source.images[0].update(width=320, height=240)
    whole = path.read_bytes()
    path.write_bytes(whole[: 2 * len(whole) // 3])
    with pytest.raises(UserError, match=r'1\.jpg is damaged or cut off'):
        source.convert()
    _, summary = source.convert('--skip-missing')
    [said] = summary['skipped']['images that cannot be read']
    assert said.startswith('some/folder/1.jpg is damaged or cut off')


def test_sizes_come_from_the_files(source):
    del source.images[0]['width'], source.images[1]['width'], source.images[1]['height']
    source.images[2].update(width=24, height=32)
    del source.annotations[2]
    coco, summary = source.convert()
    assert {(image['width'], image['height']) for image in coco['images']} == {(32, 24)}
    assert summary['noticed']['image sizes corrected'] == ['3.jpg: 24x32 -> 32x24']


@pytest.mark.parametrize('stated', [{'width': 64, 'height': 48}, {'height': 25}])
def test_labels_of_another_size_than_their_image_are_not_written(source, stated):
    source.images[0].update(stated)
    with pytest.raises(UserError, match=r"'some/folder/1\.jpg': .*has another size, .* -> 32x24"):
        source.convert()
    assert not source.out.exists()
    coco, summary = source.convert('--skip-missing')
    assert summary['skipped'] == {
        'images that have another size than their labels': ['some/folder/1.jpg'],
        'objects whose image is skipped': [1],
    }
    assert len(coco['images']) == 9


def test_an_image_that_exif_turns_has_the_size_that_opencv_reads(source):
    cv2 = pytest.importorskip('cv2')
    exif = Image.Exif()
    exif[0x0112] = 6
    path = source.folder / '1.jpg'
    Image.new('RGB', (32, 24)).save(path, exif=exif)
    source.images[0].update(width=24, height=32)
    coco, summary = source.convert()
    height, width = cv2.imread(str(path)).shape[:2]
    assert (coco['images'][0]['width'], coco['images'][0]['height']) == (width, height) == (24, 32)
    assert any('EXIF' in what for what in summary['noticed'])


# Objects


def test_box_and_area_are_computed_where_absent_and_a_wrong_area_is_replaced(source):
    del source.annotations[0]['bbox'], source.annotations[0]['area']
    source.annotations[1]['area'] = 32 * 24
    source.annotations[2]['area'] = 97
    coco, summary = source.convert()
    first, second, third = coco['annotations'][:3]
    assert (first['bbox'], first['area']) == ([2, 2, 10, 10], 100)
    assert (second['area'], third['area']) == (100, 97)
    corrected = {'boxes computed': 1, 'areas computed': 1, 'wrong areas replaced': 1}
    assert summary['corrected'] == corrected


def test_a_degenerate_outline_is_dropped_and_its_image_is_not_complete(source):
    source.annotations[0]['segmentation'] = [[2, 2, 9, 9]]
    coco, summary = source.convert()
    assert summary['skipped'] == {'objects with a degenerate or malformed outline': [1]}
    assert len(coco['annotations']) == 9
    assert [image.get('complete') for image in coco['images']] == [False] + [None] * 9


def test_a_degenerate_outline_of_a_dropped_class_says_nothing_about_its_image(source):
    source.annotations[1]['segmentation'] = [[2, 2, 9, 9]]
    coco, _ = source.convert('--drop-unmatched')
    assert not any('complete' in image for image in coco['images'])


def test_only_the_degenerate_part_of_an_outline_is_dropped(source):
    source.annotations[0]['segmentation'] = [*SQUARE, [1, 1, 2, 2, 3, 3]]
    coco, summary = source.convert()
    assert coco['annotations'][0]['segmentation'] == SQUARE
    assert summary['corrected'] == {'outlines without their degenerate parts': 1}


def test_an_absent_outline_stays_absent_and_an_empty_one_empty(source):
    del source.annotations[0]['segmentation']
    source.annotations[1]['segmentation'] = []
    coco, summary = source.convert()
    assert 'segmentation' not in coco['annotations'][0]
    assert coco['annotations'][1]['segmentation'] == []
    assert not summary['skipped']


def test_run_length_masks_are_measured(source):
    pytest.importorskip('pycocotools.mask')
    counts = [24 * 4, 24 * 5, 24 * 23]  # columns 4 to 8
    source.annotations[0] = {'id': 1, 'image_id': 1, 'category_id': 10}
    source.annotations[0]['segmentation'] = {'size': [24, 32], 'counts': counts}
    coco, _ = source.convert()
    assert coco['annotations'][0]['bbox'] == [4, 0, 5, 24]
    assert (coco['annotations'][0]['area'], coco['annotations'][0]['iscrowd']) == (120, 0)


def test_objects_of_unknown_images_are_skipped_and_odd_boxes_noticed(source):
    source.annotations[0]['image_id'] = 99
    source.annotations[1]['bbox'] = [2, 2, 200, 10]
    _, summary = source.convert()
    assert summary['skipped'] == {'objects whose image has no record': [1]}
    assert summary['noticed']['boxes over 2 px larger than their outline, kept'] == [2]
    assert summary['noticed']['objects that reach out of their image'] == [2]


def test_a_rectangle_that_cvat_turned_is_the_box_around_it(source):
    shape = {'segmentation': [], 'bbox': [2, 3, 10, 4], 'area': 40}
    source.annotations[0] = _object(1, 1, 12, **shape, attributes={'rotation': 90.0})
    coco, summary = source.convert()
    [first, *_] = coco['annotations']
    assert (first['bbox'], first['area'], first['attributes']) == ([5, 0, 4, 10], 40, {})
    assert summary['noticed']['boxes that are turned, taken as the box around them'] == [1]


# Splits


def test_a_split_is_by_image_complete_and_reproducible(source):
    first, summary = source.convert('--split', '60-20-20', part='train')
    parts = [source.part(name) for name in ('train', 'val', 'test')]
    assert [len(part['images']) for part in parts] == [6, 2, 2]
    names = [image['file_name'] for part in parts for image in part['images']]
    assert len(set(names)) == 10
    assert sum(len(part['annotations']) for part in parts) == 10
    for part in parts:
        numbers = {image['id'] for image in part['images']}
        assert {annotation['image_id'] for annotation in part['annotations']} <= numbers
    assert list(summary['counts']) == ['all', 'train', 'val', 'test']
    again, _ = source.convert('--split', '60-20-20', part='train')
    other, _ = source.convert('--split', '60-20-20', '--seed', 3, part='train')
    assert again == first
    assert other != first


@pytest.mark.parametrize('seed', range(5))
def test_identical_pictures_are_never_in_two_parts(source, seed):
    for copy in (2, 3):
        (source.folder / f'{copy}.jpg').write_bytes((source.folder / '1.jpg').read_bytes())
    train, summary = source.convert('--split', '50-50', '--seed', seed, part='train')
    twins = {1, 2, 3} & {image['id'] for image in train['images']}
    assert twins in (set(), {1, 2, 3})
    noticed = summary['noticed']['identical images, kept in one part']
    assert noticed == ['1.jpg = 2.jpg = 3.jpg']


# Whole or not at all


def test_an_earlier_result_is_replaced_and_other_folders_are_left_alone(source):
    source.convert()
    source.convert('--split', '50-50', part='train')
    assert not (source.out / 'annotations/all.json').exists()
    (source.out / 'notes.txt').write_text('mine')
    with pytest.raises(UserError, match='something else than an earlier result'):
        source.convert()
    assert (source.out / 'notes.txt').read_text() == 'mine'


def test_nothing_is_written_when_copying_fails(source, monkeypatch):
    def fail(*_):
        raise OSError('disk full')

    before = sorted(source.folder.parent.iterdir())
    monkeypatch.setattr('shutil.copyfile', fail)
    with pytest.raises(UserError, match=r'cannot write .*disk full'):
        source.convert()
    assert sorted(source.folder.parent.iterdir()) == before


def test_the_source_cannot_be_the_output(source):
    with pytest.raises(UserError, match='holds the source'):
        source.convert('--out', source.folder)


# Mistakes


@pytest.mark.parametrize(
    ('more', 'sentence'),
    [
        (['--pattern', '(?P<size>'], 'is not a regular expression'),
        (['--pattern', 'Fruit-.+'], 'has no named group'),
        (['--pattern', 'Pear-(?P<size>.+)'], "matches no category: there is 'Fruit-A-Grande'"),
        (['--split', '80-30'], 'is not like 80-20'),
        (['--split', '99-1'], 'gives 1 % of 10 images to test'),
        (['--rename', 'weight.Grande=big'], "no attribute 'weight', there is 'grade', 'size'"),
        (['--rename', 'size.Huge=big'], "'size' has no value 'Huge', it has 'Grande'"),
        (['--rename', 'Grande'], 'not of the form'),
        (['--images', 'nowhere'], 'there is no such folder'),
        (['--skip-missing', '--images', os.path.dirname(__file__)], 'none of the 10 images named'),
    ],
)
def test_a_wrong_option_is_one_sentence_and_writes_nothing(source, more, sentence):
    with pytest.raises(UserError, match=sentence.replace('?', r'\?')):
        source.convert(*more)
    assert not source.out.exists()


def test_a_file_that_is_not_coco_is_one_sentence(source):
    source.file.write_text('[]')
    with pytest.raises(UserError, match="is not COCO: it has no list 'images'"):
        tool.main(source.arguments())


def test_a_missing_file_is_one_sentence(source):
    with pytest.raises(UserError, match=r'via_region_data\.json: there is no such file'):
        tool.main(source.arguments())


def test_an_attribute_that_contradicts_the_class_name_is_named(source):
    source.annotations[4]['attributes'] = {'grade': 'C'}
    source.annotations[4]['category_id'] = 10
    with pytest.raises(UserError, match="annotation 5 has the attribute 'grade' 'C'"):
        source.convert()


@pytest.mark.parametrize('value', [1, '1', 1.0])
def test_an_attribute_that_says_the_same_as_the_class_name_is_no_contradiction(source, value):
    source.categories[0]['name'] = 'Fruit-1'
    source.annotations[2]['attributes'] = {'grade': value}
    coco, summary = source.convert('--pattern', r'Fruit-(?P<grade>\d)')
    assert coco['annotations'][2]['attributes'] == {'grade': '1'}
    assert summary['counts']['all']['attributes']['grade'] == {'1': 3}


def test_attributes_that_are_a_list_are_named(source):
    source.annotations[4]['attributes'] = ['ripe']
    with pytest.raises(UserError, match=r"annotation 5: its `attributes` are \['ripe'\], not an"):
        source.convert()


def test_two_images_of_one_name_are_named(source):
    source.images[1]['file_name'] = 'other/1.jpg'
    (source.folder / 'other').mkdir()
    (source.folder / '2.jpg').rename(source.folder / 'other/1.jpg')
    with pytest.raises(UserError, match=r"images 1 and 2 would both be named '1\.jpg'"):
        source.convert()


@pytest.mark.parametrize('name', ['1.jpg', 'other/1.jpg', r'some\folder\1.jpg'])
def test_two_records_of_one_file_are_named(source, name):
    source.images[1]['file_name'] = name
    with pytest.raises(
        UserError, match=r"images 1 and 2, 'some/folder/1\.jpg' and .*, are one file"
    ):
        source.convert()


@pytest.mark.parametrize(
    ('named', 'there'), [('x/a.jpg', 'A.JPG'), ('a.jpg', 'deep/er/a.jpg'), ('a.jpg', 'deep/A.jpg')]
)
def test_a_file_that_is_nearly_named_so_is_asked_about(source, named, there):
    path = source.folder / there
    path.parent.mkdir(parents=True, exist_ok=True)
    (source.folder / '1.jpg').rename(path)
    source.images[0]['file_name'] = named
    with pytest.raises(UserError, match=f"it is not in .*; is '{there}' meant\\?; --skip"):
        source.convert()


@pytest.mark.parametrize(
    ('own', 'option', 'expected'),
    [
        ('stored', (), (32, 24, 'stored')),
        ('stored', ('--drawn', 'upright'), (32, 24, 'stored')),
        ('upright', (), (24, 32, 'upright')),
        ('upright', ('--drawn', 'stored'), (24, 32, 'upright')),
    ],
)
def test_what_an_image_says_itself_of_how_it_was_drawn_on_counts(source, own, option, expected):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new('RGB', (32, 24)).save(source.folder / '1.jpg', exif=exif)
    source.images[0]['drawn'] = own
    image = source.convert(*option)[0]['images'][0]
    assert (image['width'], image['height'], image['drawn']) == expected


def test_an_image_that_says_something_else_of_it_is_named(source):
    source.images[3]['drawn'] = 'sideways'
    with pytest.raises(UserError, match="image 4: `drawn` must be 'upright' or 'stored', not 'si"):
        source.convert()


# As a user runs it


def test_the_command_line_ends_with_status_2_and_one_sentence_and_loads_no_torch(source):
    command = [sys.executable, '-X', 'importtime', str(SCRIPT), *source.arguments()]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    lines = [line for line in result.stderr.splitlines() if not line.startswith('import time')]
    assert result.returncode == 2
    assert len(lines) == 1
    assert lines[0].startswith('error: ')
    assert 'no such file' in lines[0]
    assert not any(line.endswith((' torch', ' mmdet')) for line in result.stderr.splitlines())


@pytest.mark.skipif(not SAMPLE.is_dir(), reason='the mandarin sample is not in ../shared')
def test_the_mandarin_sample(tmp_path):
    out = tmp_path / 'mandarin'
    words = [SAMPLE / 'via_region_data.json', '--images', SAMPLE, '--out', out, '--split', '80-20']
    words += ['--pattern', r'Mandarina-(?P<grade>[ABC])-(?P<size>.+)', '--class', 'mandarin']
    words += ['--rename', 'size.Pequeña=small', 'size.Mediana=medium']
    tool.main([str(word) for word in [*words, 'size.Grande=large']])
    summary = json.loads((out / 'summary.json').read_text('utf-8'))
    assert summary['counts']['all'] == {
        'images': 142,
        'objects': 670,
        'classes': {'mandarin': 670},
        'attributes': {
            'grade': {'A': 247, 'B': 288, 'C': 135},
            'size': {'large': 77, 'medium': 230, 'small': 363},
        },
    }
    assert summary['corrected'] == {'wrong areas replaced': 670}  # they were those of the images
    assert len(summary['noticed']['identical images, kept in one part']) == 4
    assert not summary['skipped']
    assert not summary['not_repairable']
