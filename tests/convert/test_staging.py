"""An output folder appears whole or not at all, and replaces nothing but an earlier result."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects.smn.convert.staging import whole_folder
from projects.smn.errors import UserError
from projects.smn.files import write_json


def _write(out, name='a.json', tool='mine'):
    with whole_folder(out, [], tool) as folder:
        write_json(folder / 'annotations' / name, {})
        write_json(folder / 'summary.json', {'tool': tool})


def test_the_folder_is_there_only_after_the_block(tmp_path):
    out = tmp_path / 'deep/out'
    with whole_folder(out, [], 'mine') as folder:
        assert folder.parent == out.parent
        assert not out.exists()
    assert [path.name for path in out.parent.iterdir()] == ['out']


def test_an_earlier_result_is_replaced_and_stays_when_the_block_fails(tmp_path):
    out = tmp_path / 'out'
    _write(out)
    _write(out, 'b.json')
    with pytest.raises(OSError, match='disk full'), whole_folder(out, [], 'mine'):
        raise OSError('disk full')
    assert [path.name for path in (out / 'annotations').iterdir()] == ['b.json']
    assert list(tmp_path.iterdir()) == [out]


def test_an_earlier_result_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    out, rename = tmp_path / 'out', Path.rename
    _write(out)

    def fail(self, target):
        if self.name.endswith('.new'):
            raise OSError('no permission')
        return rename(self, target)

    monkeypatch.setattr(Path, 'rename', fail)
    with pytest.raises(OSError, match='no permission'):
        _write(out, 'b.json')
    assert [path.name for path in (out / 'annotations').iterdir()] == ['a.json']
    assert list(tmp_path.iterdir()) == [out]


def test_an_empty_folder_may_be_filled(tmp_path):
    _write(tmp_path)
    assert (tmp_path / 'summary.json').is_file()


def test_anything_else_is_left_alone(tmp_path):
    file, other, more = tmp_path / 'file', tmp_path / 'other', tmp_path / 'more'
    file.touch()
    _write(other, tool='another')
    _write(more)
    (more / 'notes.txt').touch()
    for out in (file, other, more):
        with pytest.raises(UserError, match='something else than an earlier result'):
            _write(out)
    assert (more / 'notes.txt').exists()


@pytest.mark.parametrize('name', ['images/own.jpg', 'annotations/deep/mine.json'])
def test_files_that_were_added_are_left_alone_and_named(tmp_path, name):
    out = tmp_path / 'out'
    _write(out)
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text('mine')
    with pytest.raises(UserError, match=f"holds '{name}', added or changed since"):
        _write(out)
    assert (out / name).read_text() == 'mine'
    (out / name).rename(tmp_path / 'mine')
    (out / 'images' / '.DS_Store').touch()  # nobody's work
    _write(out, 'b.json')


def test_labels_that_were_edited_are_left_alone(tmp_path):
    _write(tmp_path / 'out')
    (tmp_path / 'out/annotations/a.json').write_text('{"mine": 1}')
    with pytest.raises(UserError, match=r"holds 'annotations/a\.json', added or changed since"):
        _write(tmp_path / 'out')


@pytest.mark.parametrize('source', ['.', 'images', 'deep/images'])
def test_a_source_is_never_written_over(tmp_path, source):
    with (
        pytest.raises(UserError, match='holds the source'),
        whole_folder(tmp_path, [tmp_path / source], 'mine'),
    ):
        raise AssertionError('the block must not run')


def test_nothing_is_written_into_a_source(tmp_path):
    (tmp_path / 'images').mkdir()
    with (
        pytest.raises(UserError, match='which is only read'),
        whole_folder(tmp_path / 'images/new', [tmp_path], 'mine'),
    ):
        raise AssertionError('the block must not run')
    assert list((tmp_path / 'images').iterdir()) == []
