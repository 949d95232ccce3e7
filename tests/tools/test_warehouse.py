"""``tools/prepare/warehouse.py``: from triples to COCO with semantic maps."""

from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest
from command_line import run
from labelling import bytes_of
from PIL import Image
from warehouse_tools import CLASSES, CODES, convert, lists_of, make, parts_of

from projects.smn.errors import UserError


@pytest.fixture(scope='module')
def sets(tmp_path_factory):
    """The same scenes in both layouts; not to be changed."""
    root = tmp_path_factory.mktemp('data')
    return make(root / 'coco'), make(root / 'raw', '--layout', 'triples')


@pytest.fixture
def raw(sets, tmp_path):
    """A copy of the triples that a test may change."""
    return shutil.copytree(sets[1], tmp_path / 'raw')


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'out'


def maps_of(root):
    folder = root / 'annotations/semantic'
    return {path.name: cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in folder.iterdir()}


def failing(lists, out, *options):
    """The sentence with which the tool ends; nothing is written."""
    before = bytes_of(out.parent)
    with pytest.raises(UserError) as error:
        convert(lists, out, *options)
    assert bytes_of(out.parent) == before
    assert not [path for path in out.parent.iterdir() if path.name.startswith('.')]
    assert '\n' not in str(error.value)
    return str(error.value)


# What is written


def test_the_round_trip_gives_the_same_boxes_maps_and_pictures(sets, out):
    coco, raw = sets
    before = bytes_of(raw)
    parts, summary = convert(lists_of(raw), out)
    expected = parts_of(coco)
    assert parts.keys() == expected.keys()
    for name, part in parts.items():
        for key in ('images', 'annotations', 'categories'):
            assert part[key] == expected[name][key]
        assert part['info']['semantic_classes'] == expected[name]['info']['semantic_classes']
    assert sum(len(part['annotations']) for part in parts.values()) >= 8
    found, there = maps_of(out), maps_of(coco)
    assert found.keys() == there.keys()
    assert all(np.array_equal(found[name], there[name]) for name in found)
    assert bytes_of(out / 'images') == bytes_of(coco / 'images')
    assert bytes_of(raw) == before
    assert summary['skipped'] == summary['corrected'] == {}
    assert sum(summary['pixels'].values()) == 8 * 160 * 120


def test_numbers_for_labels_and_other_codes_give_the_same_set(raw, out, tmp_path):
    expected, _ = convert(lists_of(raw), tmp_path / 'names')
    for path in (raw / 'boxes').iterdir():
        text = path.read_text().replace('person', '1').replace('forklift', '7')
        path.write_text(text)
    for path in (raw / 'masks').iterdir():
        image = Image.fromarray(255 - 10 * np.asarray(Image.open(path)))
        image.putpalette(list(range(256)) * 3)
        image.save(path)
    codes = 'background=255,floor=245,shelf=235,rail=225,person=215,forklift=205'
    parts, _ = convert(lists_of(raw), out, '--labels', '1=person,7=forklift', '--codes', codes)
    assert parts == expected
    found, there = maps_of(out), maps_of(tmp_path / 'names')
    assert all(np.array_equal(found[name], there[name]) for name in there)


def test_one_list_can_be_divided_and_copies_stay_together(raw, out):
    triples = json.loads((raw / 'train.json').read_text())
    copies = []
    for number, (image, *labels) in enumerate(triples):
        shutil.copyfile(raw / image, raw / f'images/copy_{number}.jpg')
        copies.append([f'images/copy_{number}.jpg', *labels])
    (raw / 'train.json').write_text(json.dumps(triples + copies))
    parts, summary = convert([raw / 'train.json'], out, '--split', '50-50', '--seed', 1)
    assert {name: len(part['images']) for name, part in parts.items()} == {'train': 4, 'test': 4}
    for part in parts.values():
        names = {image['file_name'] for image in part['images']}
        assert sum(name.startswith('copy') for name in names) == len(names) / 2
    assert len(summary['noticed']['identical images']) == 4


def test_a_list_without_split_is_a_part_of_its_name(raw, out):
    parts, _ = convert([raw / 'val.json'], out)
    assert list(parts) == ['val']
    assert len(parts['val']['images']) == 2


def test_an_image_in_two_parts_is_reported(raw, out):
    triples = json.loads((raw / 'test.json').read_text())
    shutil.copyfile(raw / triples[0][0], raw / 'images/train_copy.jpg')
    train = json.loads((raw / 'train.json').read_text())
    train.append(['images/train_copy.jpg', *triples[0][1:]])
    (raw / 'train.json').write_text(json.dumps(train))
    _, summary = convert(lists_of(raw), out)
    assert len(summary['noticed']['identical images, in several lists']) == 1


def test_root_says_where_paths_begin(raw, out, tmp_path):
    lists = tmp_path / 'lists'
    lists.mkdir()
    (raw / 'val.json').rename(lists / 'val.json')
    assert 'does not exist' in failing([lists / 'val.json'], out)
    parts, _ = convert([lists / 'val.json'], out, '--root', raw)
    assert len(parts['val']['images']) == 2


# Bad input


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--split', '80-20'], '--split divides one list'),
        (['--split', '80-30'], '--split'),
        (['--classes', 'person,person'], '--classes must be different names'),
        (['--classes', 'person'], "the label 'forklift' is none of"),
        (['--labels', '1=truck'], '--labels'),
        (['--codes', 'floor'], 'is not NAME=CODE'),
        (['--codes', 'floor=1'], 'which --codes lacks'),
        (['--codes', ''], 'is a mask: --codes says'),
        (['--out', '{raw}'], 'holds the source'),
        (['--out', '{raw}/images/coco'], 'which is only read'),
    ],
)
def test_a_wrong_option_is_one_sentence(raw, out, options, sentence):
    options = [option.format(raw=raw) for option in options]
    assert sentence in failing(lists_of(raw), out, *options)


def test_two_lists_of_one_name_are_one_sentence(raw, out):
    assert "both become the part 'val'" in failing([raw / 'val.json', raw / 'val.json'], out)


def test_an_image_in_two_lists_is_one_sentence(raw, out):
    shutil.copyfile(raw / 'val.json', raw / 'again.json')
    assert 'is named 2 times' in failing([raw / 'val.json', raw / 'again.json'], out)


def test_a_part_of_which_no_image_can_be_read_is_one_sentence(raw, out):
    for path in (raw / 'images').glob('val_*'):
        path.write_bytes(b'no picture')
    said = failing(lists_of(raw), out, '--skip-missing')
    assert said == 'not one image of val can be read'


def test_a_full_disk_leaves_an_earlier_result(raw, out, monkeypatch):
    convert(lists_of(raw), out)

    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('shutil.copyfile', fail)
    assert 'No space left' in failing(lists_of(raw), out)


def test_the_command_line_ends_with_status_2_and_one_sentence(tmp_path):
    words = (tmp_path / 'no.json', '--out', tmp_path / 'out', *CLASSES, *CODES)
    done = run('prepare/warehouse.py', *words)
    assert done.returncode == 2
    assert done.stderr == f'error: {tmp_path / "no.json"}: there is no such file\n'
