"""``tools/prepare/via.py`` writes all or nothing, and says in one sentence what is wrong."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

import pytest
from command_line import ROOT, run
from labelling import bytes_of, write_via
from via_runs import IMAGES, run_via, write_and_convert

from projects.smn.errors import UserError


@pytest.fixture
def convert(tmp_path):
    return partial(write_and_convert, tmp_path)


# Whole or not at all


def test_the_source_stays_as_it_is_and_nothing_is_written_on_failure(
    convert, tmp_path, monkeypatch
):
    convert(IMAGES)
    before = bytes_of(tmp_path)

    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr('shutil.copyfile', fail)
    with pytest.raises(UserError, match=r'cannot write .*disk full'):
        convert(IMAGES, '--split', '50-50')
    assert bytes_of(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {'export', 'out'}


def test_the_source_is_never_the_output(tmp_path):
    write_via(tmp_path / 'export', IMAGES)
    before = bytes_of(tmp_path)
    for out in (tmp_path / 'export', tmp_path):
        with pytest.raises(UserError, match='holds the source'):
            run_via(out, tmp_path / 'export', '--class', 'x')
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--class', 'x', '--attribute', 'size'], "no region has the attribute 'size'; .* 'grade'"),
        (['--class-from', 'name'], "no region has the attribute 'name'"),
        (['--class', 'x', '--split', '80-30'], 'is not like 80-20'),
        (['--class', 'x', '--split', '99-1'], 'gives 1 % of 10 images to test'),
        (['--class', 'x', '--images', 'nowhere'], 'there is no such folder'),
        (['--class', 'x', '--test', 'nowhere'], 'nowhere: there is no such file'),
        (['--class', 'x', '--keypoints', 'head'], '--keypoints are values of --class-from'),
        (['--class-from', 'grade', '--keypoints', 'head'], "--keypoints 'head': no point is that"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_writes_nothing(convert, tmp_path, words, sentence):
    with pytest.raises(UserError, match=sentence):
        convert(IMAGES, names=words)
    assert not (tmp_path / 'out').exists()


def test_a_value_that_the_project_does_not_offer_is_one_sentence(convert, tmp_path):
    declared = {'grade': {'type': 'radio', 'options': {'A': '', 'C': ''}}}
    with pytest.raises(UserError, match=r"'grade' of 1\.jpg region 0 is 'B', and not 'A', 'C'"):
        convert(IMAGES, '--attribute', 'grade', form='project', declared=declared)
    assert not (tmp_path / 'out').exists()


def test_a_file_without_any_object_is_one_sentence(convert):
    with pytest.raises(UserError, match='no region of any image is an object'):
        convert({'a.jpg': []})


# As a user runs it


@pytest.mark.parametrize('content', [None, '{', '[]', '{"images": [], "annotations": []}'])
def test_bad_input_ends_with_status_2_and_one_sentence(tmp_path, content):
    path = tmp_path / 'via.json'
    if content is not None:
        path.write_text(content)
    done = run('prepare/via.py', path, '--out', tmp_path / 'out', '--class', 'x')
    assert done.returncode == 2
    assert done.stderr.startswith(f'error: {path}')
    assert done.stderr.count('\n') == 1
    assert not (tmp_path / 'out').exists()


def test_the_command_line_converts_and_loads_no_torch(tmp_path):
    folder = tmp_path / 'export'
    write_via(folder, IMAGES)
    script = ROOT / 'tools/prepare/via.py'
    command = [sys.executable, '-X', 'importtime', script, folder, '--class', 'x']
    command += ['--out', tmp_path / 'out', '--link', 'hardlink']
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('read: 10 images, 10 polygon regions\n')
    assert done.stdout.endswith(f'written: {tmp_path / "out"}\n')
    assert (tmp_path / 'out/images/0.jpg').samefile(folder / '0.jpg')
    assert not any(line.endswith((' torch', ' mmdet')) for line in done.stderr.splitlines())
