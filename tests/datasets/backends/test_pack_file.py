"""Packs: what is written is read, byte for byte, by any process, or refused."""

from __future__ import annotations

import os
import pickle
from multiprocessing import get_context

import h5py
import numpy as np
import pytest

from projects.smn.datasets.backends import Pack, is_pack, write_pack
from projects.smn.errors import UserError

FILES = {
    'train/1.jpg': b'first',
    'train/Käfer 2.jpg': bytes(range(256)) * 40,
    'annotations/semantic/1.png': b'\0',
    'top.png': os.urandom(70_000),
}


@pytest.fixture
def path(tmp_path):
    write_pack(tmp_path / 'a.h5', FILES.items())
    return tmp_path / 'a.h5'


def test_every_file_is_read_as_it_was(path):
    pack = Pack(path)
    assert {key: pack.read(key) for key in pack} == FILES
    assert len(pack) == len(FILES)
    assert 'train/2.jpg' not in pack
    assert is_pack(path)


def test_any_hdf5_program_can_read_it(path):
    with h5py.File(path) as file:
        for key, content in FILES.items():
            assert file[key][()].tobytes() == content
            assert file[key].id.get_num_chunks() == 1


def test_the_same_files_give_the_same_bytes(path, tmp_path):
    write_pack(tmp_path / 'b.h5', FILES.items())
    assert path.read_bytes() == (tmp_path / 'b.h5').read_bytes()


def test_no_hdf5_file_stays_open(path):
    Pack(path).open()
    assert h5py.h5f.get_obj_count(h5py.h5f.OBJ_ALL, h5py.h5f.OBJ_FILE) == 0


@pytest.mark.parametrize('opened', [False, True])
def test_forked_processes_read_at_the_same_time(path, opened):
    pack = Pack(path)
    if opened:
        pack.open()
    keys = list(FILES) * 50
    with get_context('fork').Pool(2) as pool:
        contents = pool.map(pack.read, keys, chunksize=3)
    assert contents == [FILES[key] for key in keys]


def test_a_pickled_reader_opens_the_pack_anew(path):
    pack = Pack(path)
    pack.open()
    again = pickle.loads(pickle.dumps(pack))
    assert again._descriptor is None
    assert again.read('top.png') == FILES['top.png']


def test_a_reader_keeps_to_the_pack_that_it_opened(path, tmp_path):
    pack = Pack(path)
    pack.open()
    write_pack(tmp_path / 'new.h5', [('top.png', b'another')])
    (tmp_path / 'new.h5').replace(path)
    assert pack.read('top.png') == FILES['top.png']
    assert Pack(path).read('top.png') == b'another'


def test_a_reader_that_is_gone_leaves_no_descriptor_open(path):
    before = os.listdir('/proc/self/fd')
    for _ in range(3):
        Pack(path).read('top.png')
    assert os.listdir('/proc/self/fd') == before


@pytest.mark.parametrize(
    ('files', 'words'),
    [([('a.jpg', b'')], 'a.jpg is empty'), ([('a.jpg', b'1')] * 2, 'a.jpg is there twice')],
)
def test_files_that_cannot_be_packed_are_refused(tmp_path, files, words):
    with pytest.raises(UserError, match=words):
        write_pack(tmp_path / 'b.h5', files)


def test_a_pack_that_is_missing_or_none_is_refused(path, tmp_path):
    (tmp_path / 'text.h5').write_text('not HDF5')
    with h5py.File(tmp_path / 'other.h5', 'w') as file:
        file['images'] = np.zeros(3, np.uint8)
    for name, words in {
        'none.h5': 'there is no pack',
        'text.h5': 'cannot be read as a pack',
        'other.h5': 'is no pack',
        '.': 'cannot be read as a pack',
    }.items():
        with pytest.raises(UserError, match=words):
            Pack(tmp_path / name).open()
        assert not is_pack(tmp_path / name)


@pytest.mark.parametrize('share', [0.01, 0.5, 0.99])
def test_a_truncated_pack_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=r'a\.h5'):
        Pack(path).open()


def test_a_pack_whose_structure_is_damaged_is_refused(path):
    content = bytearray(path.read_bytes())
    content[content.rindex(b'OHDR') + 8] ^= 0xFF  # HDF5 has checksums of such blocks
    path.write_bytes(content)
    with pytest.raises(UserError, match='cannot be read as a pack'):
        Pack(path).open()


def test_a_pack_that_is_shortened_while_in_use_is_refused(path):
    pack = Pack(path)
    pack.open()
    os.truncate(path, 5000)
    with pytest.raises(UserError, match='shortened'):
        pack.read('top.png')


@pytest.mark.parametrize('options', [dict(compression='gzip'), dict(chunks=(10,)), dict()])
def test_a_pack_whose_bytes_were_stored_anew_is_refused(path, options):
    with h5py.File(path, 'a') as file:
        file.create_dataset('more.jpg', data=np.zeros(100, np.uint8), **options)
    with pytest.raises(UserError, match=r'changed by another program \(more.jpg\)'):
        Pack(path).open()
