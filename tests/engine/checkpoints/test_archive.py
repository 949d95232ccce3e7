"""Archives that are damaged, or that could be read in two ways."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch
from hostile import refusal, rezip, save, two_in_one
from torch import nn

from projects.smn.engine import load_checkpoint_file


@pytest.fixture
def weights():
    return nn.Linear(2, 3).state_dict()


def test_a_flipped_bit_is_found(tmp_path, weights):
    path = save(tmp_path / 'a.pth')
    content = bytearray(path.read_bytes())
    where = content.index(save_of(path, 'data/0'))
    content[where] ^= 1
    path.write_bytes(content)
    assert "it is damaged, or was saved without checksums: that of 'a/data/0' is wrong" in refusal(
        path
    )


def save_of(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(n for n in archive.namelist() if n.endswith(member)))


@pytest.mark.parametrize('length', [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize('new', [True, False])
def test_half_of_a_file_is_refused(tmp_path, weights, new, length):
    path = tmp_path / 'a.pth'
    torch.save(weights, path, _use_new_zipfile_serialization=new)
    content = path.read_bytes()
    path.write_bytes(content[: int(length * len(content))])
    assert 'it is damaged' in refusal(path)


def test_a_part_that_is_shorter_than_its_weights_is_refused(tmp_path):
    path = rezip(
        save(tmp_path / 'a.pth'),
        tmp_path / 'b.pth',
        lambda name, content: content[:4] if name.endswith('data/0') else content,
    )
    assert 'it is damaged' in refusal(path)


@pytest.mark.parametrize('method', [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_compressed_is_refused_before_pytorch_reads_it(tmp_path, method, monkeypatch):
    path = rezip(save(tmp_path / 'a.pth'), tmp_path / 'b.pth', compression=method)
    monkeypatch.setattr(torch, 'load', pytest.fail)
    assert 'is compressed, as PyTorch never does' in refusal(path)


def test_parts_that_lie_over_each_other_are_refused(tmp_path):
    path = save(tmp_path / 'a.pth')
    with zipfile.ZipFile(path, 'a') as archive:
        big = next(info for info in archive.infolist() if info.filename.endswith('data/0'))
        for number in range(1000):  # the directory alone: each names the same bytes
            twin = zipfile.ZipInfo(f'a/data/{number + 100}')
            twin.CRC, twin.header_offset = big.CRC, big.header_offset
            twin.file_size = twin.compress_size = 10**6
            archive.filelist.append(twin)
        archive._didModify = True
    assert 'its parts are larger than the file' in refusal(path)


def test_an_archive_of_two_directories_is_read_in_two_ways_and_refused(tmp_path):
    for name, value in (('one', 1.0), ('two', 2.0)):
        torch.save(dict(a=torch.full((400,), value)), tmp_path / f'{name}.pth')
        rezip(tmp_path / f'{name}.pth', tmp_path / f'{name}.zip', root='same')
    path = two_in_one(tmp_path / 'one.zip', tmp_path / 'two.zip', tmp_path / 'both.pth')
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        seen_by_python = torch.frombuffer(
            bytearray(archive.read('same/data/0')), dtype=torch.float32
        )
    assert seen_by_python[0] == 1
    assert torch.load(path, weights_only=True)['a'][0] == 2
    assert 'it is damaged' in refusal(path)


@pytest.mark.parametrize('before', [b'x', b'PK\3\4' + b'x' * 99])
def test_an_archive_behind_something_else_is_refused(tmp_path, before):
    path = save(tmp_path / 'a.pth')
    path.write_bytes(before + path.read_bytes())
    assert 'it is damaged' in refusal(path)


def test_an_archive_with_a_comment_or_more_behind_it_is_refused(tmp_path):
    path = save(tmp_path / 'a.pth')
    path.write_bytes(path.read_bytes() + b'x' * 22)
    assert 'it is damaged' in refusal(path)


def test_a_part_that_is_marked_as_a_folder_is_not_left_as_memory_happens_to_be(tmp_path):
    path = save(tmp_path / 'a.pth')
    content = bytearray(path.read_bytes())
    entry = content.rindex(b'a/data/0') - 46
    content[entry + 38] ^= 0x10
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    assert 'it is damaged' in refusal(path)


@pytest.mark.parametrize('names', [('data/0', 'DATA/0'), ('data.pkl', 'Data.PKL')])
def test_two_parts_of_one_name_are_refused(tmp_path, names):
    path = save(tmp_path / 'a.pth')
    with zipfile.ZipFile(path, 'a') as archive:
        archive.writestr(f'a/{names[1]}', archive.read(f'a/{names[0]}'))
    assert 'two of its parts have one name' in refusal(path)


def test_storages_have_numbers_for_keys_so_that_none_has_many_spellings(tmp_path):
    path = rezip(save(tmp_path / 'a.pth'), tmp_path / 'b.pth')
    with zipfile.ZipFile(path, 'a') as archive:
        archive.writestr('a/data/abc', b'0' * 8)
    assert 'it is damaged' in refusal(path)


def test_a_storage_that_is_not_there_is_refused(tmp_path):
    def other_key(name: str, content: bytes) -> bytes:
        return content.replace(b'X\1\0\0\0000', b'X\1\0\0\0007') if '.pkl' in name else content

    path = rezip(save(tmp_path / 'a.pth'), tmp_path / 'b.pth', other_key)
    assert 'it is damaged' in refusal(path)


def test_zip_files_of_more_than_four_gigabytes_have_another_end_which_is_read(tmp_path):
    path = save(tmp_path / 'a.pth')
    assert b'PK\6\7' in path.read_bytes()  # PyTorch always writes it
    load_checkpoint_file(path)
    plain = rezip(path, tmp_path / 'b.pth')
    assert b'PK\6\7' not in plain.read_bytes()
    load_checkpoint_file(plain)
