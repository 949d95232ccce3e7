"""``tools/prepare/oxford_pet.py``: bad input is one sentence, and nothing is written half-way."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile

import pytest
from command_line import ROOT
from labelling import bytes_of
from pet_tools import PREPARE, convert, converter, make

from projects.smn.convert.download import Archive
from projects.smn.errors import UserError


@pytest.fixture(scope='module')
def sound(tmp_path_factory):
    """Twelve synthetic pets without oddities; not to be changed."""
    return make(tmp_path_factory.mktemp('data') / 'sound', '--number', 12)


@pytest.fixture
def own(sound, tmp_path):
    """A copy of the sound pets that a test may change."""
    return shutil.copytree(sound, tmp_path / 'raw')


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'pet'


def failing(root, out, *options):
    """The sentence with which the tool ends; nothing is written."""
    before = sorted(out.parent.iterdir())
    with pytest.raises(UserError) as error:
        convert(root, out, *options)
    assert sorted(out.parent.iterdir()) == before
    assert '\n' not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        (['--split', '80-30'], "and not 'official'"),
        (['--split', '99-1'], 'gives 1 % of 12 images to test: none'),
        (['--out', '{root}'], 'holds the source'),
        (['--out', '{root}/images'], 'lies in'),
        (['--out', '{root}/images/coco'], 'which is only read'),
    ],
)
def test_a_wrong_option_is_one_sentence(own, out, options, sentence):
    options = [option.format(root=own) for option in options]
    assert sentence in failing(own, out, *options)


@pytest.mark.parametrize('lost', ['images', 'annotations', 'annotations/trimaps'])
def test_a_missing_folder_is_one_sentence(own, out, lost):
    (own / lost).rename(own / 'elsewhere')
    assert 'there is no such folder' in failing(own, out)


@pytest.mark.parametrize('part', ['list', 'trainval', 'test'])
@pytest.mark.parametrize('text', ['cat.0.jpg,0\n', 'tabby_1 1 1 1\n', ''])
def test_a_list_of_another_set_is_one_sentence(own, out, part, text):
    (own / f'annotations/{part}.txt').write_text(text)
    assert f'{part}.txt' in failing(own, out, '--split', 'official')


def test_a_missing_list_is_one_sentence_where_it_is_needed(own, out):
    (own / 'annotations/trainval.txt').unlink()
    assert 'trainval.txt: there is no such file' in failing(own, out, '--split', 'official')
    convert(own, out)


def test_a_list_without_a_picture_is_one_sentence_before_any_is_decoded(own, out, monkeypatch):
    for line in (own / 'annotations/test.txt').read_text().splitlines():
        (own / f'images/{line.split()[0]}.jpg').unlink()
    monkeypatch.setattr('projects.smn.convert.pet.records.decode', None)
    said = failing(own, out, '--split', 'official')
    assert 'test.txt names none of the images that are there' in said


def test_official_pictures_that_are_all_broken_are_one_sentence(own, out):
    for line in (own / 'annotations/test.txt').read_text().splitlines():
        (own / f'images/{line.split()[0]}.jpg').write_bytes(b'no picture')
    said = failing(own, out, '--split', 'official')
    assert 'no image that test.txt names can be read' in said


def test_an_error_without_a_number_keeps_its_text(own, out, monkeypatch):
    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr('shutil.copyfile', fail)
    assert failing(own, out).endswith('disk full')


def test_a_set_of_nothing_but_truncated_images_is_one_sentence(own, out):
    for path in (own / 'images').iterdir():
        path.write_bytes(path.read_bytes()[:500])
    assert 'not one of 12 images can be read' in failing(own, out)


def test_a_full_disk_leaves_an_earlier_result(own, out, monkeypatch):
    convert(own, out)
    before = bytes_of(out)

    def fail(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('shutil.copyfile', fail)
    assert 'No space left' in failing(own, out, '--seed', 1)
    assert bytes_of(out) == before


def test_the_command_line_ends_with_status_2_and_one_sentence_and_loads_no_torch(tmp_path):
    command = [sys.executable, '-X', 'importtime', PREPARE / 'oxford_pet.py', tmp_path / 'nowhere']
    done = subprocess.run(
        [*command, '--out', tmp_path / 'out'], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    lines = [line for line in done.stderr.splitlines() if not line.startswith('import time')]
    assert done.returncode == 2
    assert len(lines) == 1
    assert lines[0].startswith('error: ')
    assert 'there is no such folder' in lines[0]
    assert not any(line.endswith((' torch', ' mmdet')) for line in done.stderr.splitlines())


# Download


def publish(own, folder, monkeypatch):
    """Make the tool fetch ``own``, packed into ``folder``."""
    folder.mkdir()
    archives = {}
    for name in ('images', 'annotations'):
        path = folder / f'{name}.tar.gz'
        with tarfile.open(path, 'w:gz') as tar:
            tar.add(own / name, name)
        archives[name] = Archive(path.as_uri(), hashlib.md5(path.read_bytes()).hexdigest())
    monkeypatch.setattr(converter, 'ARCHIVES', archives)


def test_download_fetches_only_what_is_not_there(own, out, tmp_path, monkeypatch):
    publish(own, tmp_path / 'web', monkeypatch)
    root = tmp_path / 'fetched'
    first, _ = convert(root, out, '--download')
    assert sorted(path.name for path in root.iterdir()) == [
        'annotations',
        'annotations.tar.gz',
        'images',
        'images.tar.gz',
    ]
    assert bytes_of(root / 'images') == bytes_of(own / 'images')
    nowhere = Archive('file:///no', '')
    monkeypatch.setattr(converter, 'ARCHIVES', dict.fromkeys(converter.ARCHIVES, nowhere))
    again, _ = convert(root, out, '--download')
    assert again == first
