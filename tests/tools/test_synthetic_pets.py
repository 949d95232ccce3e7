"""The command line that renders synthetic pets in the layout of Oxford-IIIT Pet."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from command_line import run
from labelling import bytes_of
from pet_tools import make, maker
from synthetic.pet_breeds import BREEDS
from synthetic.pet_scene import render

from projects.smn.errors import UserError


@pytest.fixture(scope='module')
def raw(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp('data') / 'pets_raw', '--number', 13, '--seed', 4)


def names_of(raw: Path, part: str) -> list[str]:
    lines = (raw / f'annotations/{part}.txt').read_text().splitlines()
    return [line.split()[0] for line in lines if not line.startswith('#')]


def test_the_layout_is_the_original_one(raw):
    names = names_of(raw, 'list')
    assert len(names) == 13
    assert {name.rpartition('_')[0] for name in names} == set(BREEDS)
    trainval, test = set(names_of(raw, 'trainval')), set(names_of(raw, 'test'))
    assert trainval | test == set(names)
    assert not trainval & test
    files = {'summary.json', *(f'annotations/{part}.txt' for part in ('list', 'trainval', 'test'))}
    files |= {f'images/{name}.jpg' for name in names}
    files |= {f'annotations/trimaps/{name}.png' for name in names}
    files |= {f'annotations/xmls/{name}.xml' for name in trainval}
    assert set(bytes_of(raw)) == files


def test_the_files_say_what_was_rendered(raw):
    for index, breed in enumerate(BREEDS):
        scene, name = render(4, index, breed), f'{breed}_1'
        trimap = cv2.imread(str(raw / f'annotations/trimaps/{name}.png'), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(trimap, scene.trimap)
        box = ElementTree.parse(raw / f'annotations/xmls/{name}.xml').find('object/bndbox')
        x0, y0, x1, y1 = (int(corner.text) for corner in box)
        assert (x0 - 1, y0 - 1, x1, y1) == scene.head
        picture = cv2.imread(str(raw / f'images/{name}.jpg'))[..., ::-1]
        assert np.abs(picture.astype(int) - scene.photograph).mean() < 6


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones(raw, tmp_path):
    assert bytes_of(make(tmp_path / 'a', '--number', 13, '--seed', 4)) == bytes_of(raw)
    other = bytes_of(make(tmp_path / 'b', '--number', 13, '--seed', 5))
    assert other['images/pug_1.jpg'] != bytes_of(raw)['images/pug_1.jpg']


def test_all_pictures_may_have_a_head_box(raw, tmp_path):
    out = make(tmp_path / 'raw', '--number', 13, '--seed', 4, '--head-boxes', 'all')
    assert len(list((out / 'annotations/xmls').iterdir())) == 13
    before = bytes_of(raw)
    assert {k: v for k, v in bytes_of(out).items() if k in before and k != 'summary.json'} == {
        k: v for k, v in before.items() if k != 'summary.json'
    }


def test_a_second_call_leaves_a_whole_set_alone_and_other_options_replace_it(tmp_path, capsys):
    out = make(tmp_path / 'raw', '--number', 6)
    before = (out / 'images').stat().st_ino
    make(out, '--number', 6)
    assert 'complete already' in capsys.readouterr().out
    assert (out / 'images').stat().st_ino == before
    make(out, '--number', 7)
    assert len(list((out / 'images').iterdir())) == 7


def test_a_summary_that_is_no_object_is_other_data(tmp_path):
    for folder in ('annotations', 'images'):
        (tmp_path / folder).mkdir()
    (tmp_path / 'summary.json').write_text('[]')
    with pytest.raises(UserError, match='something else than an earlier result'):
        make(tmp_path, '--number', 6)


def test_an_error_without_a_number_keeps_its_text(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError('disk full')

    monkeypatch.setattr(maker, 'write_pet', fail)
    with pytest.raises(UserError, match=r'cannot write .*: disk full'):
        make(tmp_path / 'raw', '--number', 6)


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--number', 5], '--number must be 6 or more'),
        (['--seed', -1], '--seed must be 0 or more'),
        (['--number', 12, '--oddities'], 'needs 13 pets with a head box, here are 6'),
    ],
)
def test_senseless_options_are_one_sentence_and_write_nothing(tmp_path, options, sentence):
    with pytest.raises(UserError, match=sentence):
        make(tmp_path / 'raw', *options)
    assert list(tmp_path.iterdir()) == []


def test_other_data_is_left_alone_and_the_status_is_2(tmp_path):
    (tmp_path / 'notes.txt').write_text('mine')
    done = run('prepare/synthetic_pets.py', '--out', tmp_path, '--number', 6)
    assert done.returncode == 2
    assert done.stderr.startswith('error: ')
    assert done.stderr.count('\n') == 1
    assert bytes_of(tmp_path) == {'notes.txt': b'mine'}


def test_planted_oddities_are_written_down(tmp_path):
    out = make(tmp_path / 'raw', '--number', 26, '--oddities')
    planted = json.loads((out / 'summary.json').read_text())['planted']
    assert {'gif', 'truncated', 'no_trimap', 'unlisted', 'no_file'} <= set(planted)
    assert all(names for names in planted.values())
