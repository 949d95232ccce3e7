"""A file is fetched once, whole and verified; tests/convert/test_download.py has more."""

from __future__ import annotations

import hashlib

import pytest
from file_server import serving

from projects.smn.errors import UserError
from projects.smn.fetch import checksum_fault, fetch_file

CONTENT = bytes(range(256)) * 30


def test_a_checksum_is_compared_in_the_algorithm_that_is_named(tmp_path):
    path = tmp_path / 'file'
    path.write_bytes(CONTENT)
    for algorithm in ('md5', 'sha256'):
        right = hashlib.new(algorithm, CONTENT).hexdigest()
        assert checksum_fault(path, algorithm, right) is None
        assert checksum_fault(path, algorithm, right.upper()) is None  # as PowerShell prints it
        fault = checksum_fault(path, algorithm, hashlib.new(algorithm, b'').hexdigest())
        assert fault.startswith(f'its {algorithm.upper()} sum is ')


def test_what_has_no_fault_is_kept_and_what_has_one_is_not(tmp_path):
    (tmp_path / 'web').mkdir()
    (tmp_path / 'web' / 'file').write_bytes(CONTENT)
    with serving(tmp_path / 'web') as (address, asked):
        target = tmp_path / 'new' / 'file'
        with pytest.raises(UserError, match=r'another file: it smells; it is removed'):
            fetch_file(f'{address}/file', target, lambda path: 'it smells')
        assert list(target.parent.iterdir()) == []
        for _ in range(2):
            fetch_file(f'{address}/file', target, None)
            assert target.read_bytes() == CONTENT
        assert len(asked) == 2
