"""Checkpoints from the web are fetched once, verified, and never run."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from file_server import serving
from hostile import save, touch
from torch import nn

from projects.smn.engine import load_checkpoint_file
from projects.smn.errors import UserError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own for each test."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    return tmp_path / 'torch' / 'hub' / 'checkpoints'


@pytest.fixture
def web(tmp_path):
    """A folder on the web, its address, and what has been asked for."""
    folder = tmp_path / 'web'
    folder.mkdir()
    torch.save(dict(state_dict=nn.Linear(2, 3).state_dict()), folder / 'a.pth')
    with serving(folder) as (address, asked):
        yield folder, address, asked


def kept(cache) -> list:
    return sorted(cache.glob('*.pth'))


def test_a_checkpoint_is_fetched_once(web, cache):
    folder, address, asked = web
    expected = load_checkpoint_file(str(folder / 'a.pth'))['state_dict']
    for _ in range(2):
        loaded = load_checkpoint_file(f'{address}/a.pth')['state_dict']
        assert all(torch.equal(loaded[key], expected[key]) for key in expected)
    assert asked == ['/a.pth']
    assert len(kept(cache)) == 1


def test_of_several_at_a_time_one_fetches(web):
    _, address, asked = web
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(load_checkpoint_file, [f'{address}/a.pth'] * 4))) == 4
    assert asked == ['/a.pth']


def test_equal_names_at_two_addresses_are_two_checkpoints(web, cache):
    folder, address, _ = web
    (folder / 'other').mkdir()
    torch.save(dict(state_dict=nn.Linear(4, 5).state_dict()), folder / 'other' / 'a.pth')
    shapes = [
        load_checkpoint_file(f'{address}{path}')['state_dict']['weight'].shape
        for path in ('/a.pth', '/other/a.pth')
    ]
    assert shapes == [(3, 2), (5, 4)]
    assert len(kept(cache)) == 2


def test_a_checksum_in_the_url_is_verified(web, cache):
    folder, address, _ = web
    right = hashlib.sha256((folder / 'a.pth').read_bytes()).hexdigest()
    load_checkpoint_file(f'{address}/a.pth#sha256={right}')
    with pytest.raises(UserError, match=f'SHA256 sum is {right} and not 0000'):
        load_checkpoint_file(f'{address}/a.pth#sha256={"0" * 64}')
    assert len(kept(cache)) == 1


@pytest.mark.parametrize(
    ('url', 'words'),
    [
        ('{}/b.pth', 'answers 404'),
        ('{}/a.pth#md5=12', 'must be sha256='),
        ('ftp://127.0.0.1/a.pth', 'neither a file nor an http'),
        ('file:///etc/passwd', 'neither a file nor an http'),
        ('http://127.0.0.1:1/a.pth', 'cannot fetch'),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence(web, cache, url, words):
    with pytest.raises(UserError, match=words) as error:
        load_checkpoint_file(url.format(web[1]))
    assert '\n' not in str(error.value)
    assert kept(cache) == []


def test_code_in_a_checkpoint_is_not_run(web, tmp_path):
    folder, address, _ = web
    save(folder / 'evil.pth', extra=touch(tmp_path / 'it-ran'))
    with pytest.raises(UserError, match=r'evil\.pth .* it holds more than weights'):
        load_checkpoint_file(f'{address}/evil.pth')
    assert not (tmp_path / 'it-ran').exists()


def test_nothing_in_a_url_becomes_a_path(web, cache):
    address = web[1]
    load_checkpoint_file(f'{address}/a.pth?name=../../../evil.pth')
    (path,) = kept(cache)
    assert path.parent == cache
    assert 'evil' not in path.name
