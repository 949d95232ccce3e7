"""Which files of the pets' folders belong together; all others are named."""

from __future__ import annotations

import shutil

import pytest
from raw_pets import PETS, RawPets, line

from projects.smn.convert.pet.source import open_source
from projects.smn.convert.report import Report
from projects.smn.errors import UserError


@pytest.fixture
def raw(tmp_path):
    return RawPets(tmp_path / 'raw')


def opened(raw):
    report = Report(raw.root)
    return open_source(raw.root, report), report


def test_a_sound_set_is_matched_without_a_word(raw):
    source, report = opened(raw)
    assert source.pets == PETS
    assert source.breeds == ['Abyssinian', 'great_pyrenees', 'Siamese']
    assert all(path.is_file() for path in source.pictures.values())
    assert [report.skipped, report.noticed, report.corrected] == [{}, {}, {}]


def test_what_has_no_partner_is_named(raw):
    raw.write_list('list', [*map(line, PETS[1:]), 'pug_1 4 2 1'])
    (raw.root / 'images' / 'Siamese_1.mat').touch()
    (raw.root / 'images' / '._Siamese_1.jpg').touch()
    (raw.root / 'images' / 'Siamese_1.png').touch()
    raw.trimap('._Siamese_1').touch()
    source, report = opened(raw)
    assert source.pets == PETS[1:]
    assert source.breeds[-1] == 'pug'
    assert source.pictures['Siamese_1'].name == 'Siamese_1.jpg'
    assert report.skipped == {
        'files in images/ that are no pictures': ['._Siamese_1.jpg', 'Siamese_1.mat'],
        'pictures beside a .jpg of the same name': ['Siamese_1.png'],
        'names in list.txt without a picture': ['pug_1'],
        'pictures that list.txt does not name': ['Abyssinian_1'],
        'files in trimaps/ of no picture that is used': ['._Siamese_1.png', 'Abyssinian_1.png'],
        'files in xmls/ of no picture that is used': ['Abyssinian_1.xml'],
    }


def test_a_set_without_xmls_has_no_heads_but_is_a_set(raw):
    shutil.rmtree(raw.root / 'annotations' / 'xmls')
    source, _ = opened(raw)
    assert source.pets == PETS


@pytest.mark.parametrize('folder', ['.', 'images', 'annotations', 'annotations/trimaps'])
def test_a_missing_folder_is_one_sentence(raw, folder):
    shutil.rmtree(raw.root / folder)
    with pytest.raises(UserError, match='there is no such folder; ROOT needs'):
        opened(raw)


def test_a_list_of_another_set_is_one_sentence(raw):
    raw.write_list('list', ['pug_1 1 2 1', 'pug_2 1 2 1'])
    with pytest.raises(UserError, match='names none of the 4 pictures'):
        opened(raw)
