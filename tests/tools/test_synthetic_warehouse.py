"""The command line that renders synthetic warehouses."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from command_line import run
from labelling import bytes_of
from synthetic.warehouse_scene import CLASSES, render
from warehouse_tools import make, maker, parts_of

from projects.smn.errors import UserError


@pytest.fixture(scope='module')
def coco(tmp_path_factory):
    return make(tmp_path_factory.mktemp('data') / 'warehouse')


def test_the_files_are_those_that_the_documentation_names(coco):
    names = [f'{split}_{n:06d}' for split, count in (('train', 4), ('val', 2), ('test', 2))
             for n in range(1, count + 1)]  # fmt: skip
    files = {f'annotations/{split}.json' for split in ('train', 'val', 'test')}
    files |= {f'images/{name}.jpg' for name in names}
    files |= {f'annotations/semantic/{name}.png' for name in names}
    assert set(bytes_of(coco)) == files | {'summary.json'}


def test_the_files_say_what_was_rendered(coco):
    part = parts_of(coco)['val']
    assert [category['name'] for category in part['categories']] == list(CLASSES)
    for index, image in enumerate(part['images']):
        scene = render(5, 1, index, (160, 120))
        path = coco / 'annotations/semantic' / image['seg_map']
        assert np.array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), scene.semantic)
        picture = cv2.imread(str(coco / 'images' / image['file_name']))[..., ::-1]
        assert picture.shape[:2] == (image['height'], image['width'])
        assert np.abs(picture.astype(int) - scene.photograph).mean() < 6
        labels = [a for a in part['annotations'] if a['image_id'] == image['id']]
        assert [(CLASSES[a['category_id'] - 1], tuple(a['bbox'])) for a in labels] == [
            (seen.label, seen.box) for seen in scene.objects
        ]


def test_the_same_arguments_give_the_same_bytes(coco, tmp_path):
    assert bytes_of(make(tmp_path / 'a')) == bytes_of(coco)


def test_an_image_does_not_depend_on_how_many_there_are(coco, tmp_path):
    few, many = bytes_of(make(tmp_path / 'a', '--train', 2, '--val', 1)), bytes_of(coco)
    pictures = [name for name in few if name.endswith(('.jpg', '.png'))]
    assert len(pictures) == 2 * (2 + 1 + 2)
    assert all(few[name] == many[name] for name in pictures)


def test_both_layouts_have_the_same_pictures_and_maps(coco, tmp_path):
    raw = make(tmp_path / 'raw', '--layout', 'triples')
    assert bytes_of(raw / 'images') == bytes_of(coco / 'images')
    assert bytes_of(raw / 'masks') == bytes_of(coco / 'annotations/semantic')


def test_a_second_call_leaves_a_whole_set_alone_and_other_options_replace_it(tmp_path, capsys):
    few = ('--train', 1, '--val', 0, '--test', 0)
    out = make(tmp_path / 'set', *few)
    before = out.stat().st_ino
    make(out, *few)
    assert 'complete already' in capsys.readouterr().out
    assert out.stat().st_ino == before
    make(out, *few, '--layout', 'triples')
    assert json.loads((out / 'val.json').read_text()) == []
    make(out, *few, '--seed', 6)
    assert json.loads((out / 'summary.json').read_text())['options']['seed'] == 6


def test_an_error_while_rendering_leaves_the_earlier_set(coco, tmp_path, monkeypatch):
    out = make(tmp_path / 'set', '--train', 1, '--val', 0, '--test', 0)
    before = bytes_of(out)

    def fail(*_, **__):
        raise OSError('disk full')

    monkeypatch.setattr(maker, 'write_json', fail)
    with pytest.raises(UserError, match=r'cannot write .*: disk full'):
        make(out, '--train', 2, '--val', 0, '--test', 0)
    assert bytes_of(out) == before
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--train', 0, '--val', 0, '--test', 0], 'nothing to render'),
        (['--val', -1], '--val must be 0 or more'),
        (['--seed', -1], '--seed must be 0 or more'),
        (['--size', '640'], "--size '640' is not like 640x480"),
        (['--size', '8x8'], 'with sides from 32 to 4096'),
    ],
)
def test_senseless_options_are_one_sentence_and_write_nothing(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        make(tmp_path / 'set', *options)
    assert list(tmp_path.iterdir()) == []


def test_other_data_is_left_alone_and_the_status_is_2(tmp_path):
    (tmp_path / 'notes.txt').write_text('mine')
    done = run('prepare/synthetic_warehouse.py', '--out', tmp_path, '--train', 1)
    assert done.returncode == 2
    assert done.stderr.startswith('error: ')
    assert done.stderr.count('\n') == 1
    assert bytes_of(tmp_path) == {'notes.txt': b'mine'}
