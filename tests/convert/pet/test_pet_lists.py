"""The lists say which breed is on an image; a list of something else is refused in a sentence."""

from __future__ import annotations

import pytest
from raw_pets import PETS, line

from projects.smn.convert.pet.lists import read_list, read_official
from projects.smn.convert.report import Report
from projects.smn.errors import UserError

LINES = [line(pet) for pet in PETS]
KNOWN = {pet.name: pet for pet in PETS}


@pytest.fixture
def report(tmp_path):
    return Report(tmp_path)


def write(path, lines):
    path.write_text('\n'.join(lines), 'utf-8')
    return path


def test_names_breeds_species_and_classes_are_read_in_order(tmp_path, report):
    pets = read_list(write(tmp_path / 'list.txt', LINES), report)
    assert list(pets.items()) == [(pet.name, pet) for pet in PETS]
    assert pets['great_pyrenees_1'].breed == 'great_pyrenees'
    assert not report.skipped


@pytest.mark.parametrize('end', ['\n', '\r\n', '  \n\n'])
def test_headers_empty_lines_and_line_ends_do_not_matter(tmp_path, report, end):
    path = tmp_path / 'list.txt'
    content = end.join(['\ufeff#Image CLASS-ID SPECIES BREED ID', '#ID: 1:37', *LINES, ''])
    path.write_bytes(content.encode())
    assert read_list(path, report) == KNOWN


def test_a_repeated_line_is_counted(tmp_path, report):
    assert read_list(write(tmp_path / 'list.txt', [*LINES, LINES[0]]), report) == KNOWN
    assert report.corrected == {'repeated lines in list.txt': 1}


@pytest.mark.parametrize(
    ('wrong', 'sentence'),
    [
        ('train/cat/00001.jpg 3', 'is not like "Abyssinian_100 1 1 1"'),
        ('../../etc/passwd_1 1 1 1', 'is not like "Abyssinian_100 1 1 1"'),
        ('Abyssinian_3 1 4 1', 'is not like "Abyssinian_100 1 1 1"'),
        ('Abyssinian_1 1 2 1', "'Abyssinian_1' is something else further up"),
        ('pug_1 1 2 1', r'class 1 is pug \(dog\), but further up class 1 is Abyssinian \(cat\)'),
        ('Abyssinian_9 7 1 1', r'class 7 is Abyssinian \(cat\), but further up class 1'),
    ],
)
def test_a_line_that_does_not_fit_is_named_with_its_number(tmp_path, report, wrong, sentence):
    path = write(tmp_path / 'list.txt', ['# header', *LINES, wrong])
    with pytest.raises(UserError, match=rf'list\.txt, line 6: .*{sentence}'):
        read_list(path, report)


def test_missing_and_empty_lists_are_one_sentence(tmp_path, report):
    with pytest.raises(UserError, match='there is no such file'):
        read_list(tmp_path / 'list.txt', report)
    with pytest.raises(UserError, match='names no image'):
        read_list(write(tmp_path / 'list.txt', ['# header']), report)


# The official parts


def official(folder, trainval, test):
    write(folder / 'trainval.txt', trainval)
    write(folder / 'test.txt', test)
    return folder


def test_the_official_parts_are_those_of_the_lists(tmp_path, report):
    parts = read_official(official(tmp_path, LINES[:3], LINES[3:]), KNOWN, report)
    assert parts == {'trainval': {p.name for p in PETS[:3]}, 'test': {PETS[3].name}}


def test_names_that_the_whole_list_lacks_are_reported(tmp_path, report):
    read_official(official(tmp_path, [*LINES[:3], 'pug_7 9 2 4'], LINES[3:]), KNOWN, report)
    assert report.skipped == {'names in trainval.txt that list.txt lacks': ['pug_7']}


@pytest.mark.parametrize(
    ('trainval', 'test', 'sentence'),
    [
        (['pug_1 3 2 1'], LINES, r'trainval\.txt names none of the images of list\.txt'),
        (LINES, [LINES[1]], "both name 'Abyssinian_2'"),
        (['Abyssinian_1 4 1 1'], LINES, r"'Abyssinian_1' class 4 is .*, in list\.txt class 1"),
    ],
)
def test_parts_that_contradict_the_whole_are_refused(tmp_path, report, trainval, test, sentence):
    with pytest.raises(UserError, match=sentence):
        read_official(official(tmp_path, trainval, test), KNOWN, report)
