"""The packed backend: any config reads a pack as it reads files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from helpers import make_dataset
from mmengine.dataset import pseudo_collate
from mmengine.fileio import exists, get, get_text
from torch.utils.data import DataLoader

from projects.smn.datasets import PackedBackend
from projects.smn.datasets.backends import write_pack
from projects.smn.errors import UserError


@pytest.fixture
def packed(tiny_coco) -> dict:
    """The backend's arguments for a pack of the tiny data set's images."""
    return dict(backend='packed', path=str(pack(tiny_coco, tiny_coco / 'train.h5')))


def pack(root: Path, path: Path) -> Path:
    files = sorted((root / 'train').iterdir())
    write_pack(path, ((f'train/{file.name}', file.read_bytes()) for file in files))
    return path


def read_all(dataset, workers: int = 0) -> list:
    loader = DataLoader(dataset, num_workers=workers, collate_fn=pseudo_collate)
    return [batch['inputs'][0] for batch in loader]


@pytest.mark.parametrize('workers', [0, 2])
def test_a_data_set_reads_the_same_pixels_without_the_files(tiny_coco, packed, workers):
    plain = read_all(make_dataset(tiny_coco))
    shutil.rmtree(tiny_coco / 'train')
    pipeline = [
        dict(type='LoadImageFromFile', backend_args=packed),
        dict(type='LoadTaskAnnotations'),
        dict(type='PackTaskInputs'),
    ]
    dataset = make_dataset(tiny_coco, pipeline=pipeline, backend_args=packed)
    for _ in range(2):  # a second set of workers forks from a process that has read
        again = read_all(dataset, workers)
        assert len(again) == len(plain) == 3
        assert all(torch.equal(a, b) for a, b in zip(plain, again, strict=True))
        dataset[0]


def test_what_is_not_packed_is_read_from_disk(tiny_coco, packed):
    path = tiny_coco / 'annotations' / 'train.json'
    assert get(path, packed) == path.read_bytes()
    assert get_text(path, backend_args=packed) == path.read_text()
    path.write_text('{}')
    assert get_text(path, backend_args=packed) == '{}'


def test_the_pack_comes_before_the_disk(tiny_coco, packed):
    path = tiny_coco / 'train' / '1.png'
    before = path.read_bytes()
    path.write_bytes(b'changed')
    assert get(path, packed) == before
    path.unlink()
    assert exists(path, packed)
    assert PackedBackend(packed['path']).isfile(path)


def test_the_same_name_under_another_folder_is_another_file(tiny_coco, packed, tmp_path):
    other = tmp_path / 'other' / 'train' / '1.png'
    other.parent.mkdir(parents=True)
    other.write_bytes(b'of another data set')
    assert get(other, packed) == b'of another data set'
    assert not exists(tmp_path / 'train' / '1.png', packed)


def test_paths_may_be_relative_to_the_working_directory(tiny_coco, packed, monkeypatch):
    content = (tiny_coco / 'train' / '1.png').read_bytes()
    shutil.rmtree(tiny_coco / 'train')
    monkeypatch.chdir(tiny_coco.parent)
    backend = PackedBackend('tiny/train.h5')
    assert backend.get('tiny/train/1.png') == content
    assert backend.get(f'{tiny_coco}/annotations/../train/1.png') == content


def test_a_pack_elsewhere_stands_for_its_root(tiny_coco, tmp_path):
    moved = str(pack(tiny_coco, tmp_path / 'fast.h5'))
    content = (tiny_coco / 'train' / '2.png').read_bytes()
    shutil.rmtree(tiny_coco / 'train')
    assert PackedBackend(moved, root=str(tiny_coco)).get(tiny_coco / 'train' / '2.png') == content
    with pytest.raises(UserError, match='neither'):
        PackedBackend(moved).get(tiny_coco / 'train' / '2.png')


def test_several_packs_are_searched_in_order(tmp_path):
    for name, files in dict(a=dict(x=b'a'), b=dict(x=b'b', y=b'b')).items():
        write_pack(tmp_path / f'{name}.h5', files.items())
    backend = PackedBackend([str(tmp_path / 'a.h5'), str(tmp_path / 'b.h5')])
    assert backend.get(tmp_path / 'x') == b'a'
    assert backend.get(tmp_path / 'y') == b'b'


def test_a_file_that_is_nowhere_is_a_user_error_and_a_missing_file(tiny_coco, packed):
    for kind in (UserError, FileNotFoundError):
        with pytest.raises(kind, match=r'9\.png is neither in .*train\.h5 nor on disk'):
            get(tiny_coco / 'train' / '9.png', packed)
