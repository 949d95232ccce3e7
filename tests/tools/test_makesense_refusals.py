"""``tools/prepare/makesense.py`` writes all or nothing, and says in one sentence what is wrong."""

from __future__ import annotations

from functools import partial

import pytest
from command_line import run
from labelling import bytes_of
from makesense_runs import run_makesense, write_and_convert, write_export

from projects.smn.errors import UserError


@pytest.fixture
def export(tmp_path):
    return partial(write_export, tmp_path)


@pytest.fixture
def convert(tmp_path):
    return partial(write_and_convert, tmp_path)


# Whole or not at all


def test_the_source_stays_as_it_is_and_nothing_is_written_on_failure(
    convert, tmp_path, monkeypatch
):
    convert()
    before = bytes_of(tmp_path)

    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr('shutil.copyfile', fail)
    with pytest.raises(UserError, match=r'cannot write .*disk full'):
        convert('--of', 'fruit')
    assert bytes_of(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {'export', 'out'}


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['--of', 'melon'], "--of 'melon' is no class of polygons: there is 'board', 'fruit'"),
        (['--keypoints', 'nose'], "--keypoints 'nose' is no label of points: there is 'head'"),
        (['--attribute', 'age'], "'age' is no attribute of points: there is 'neck', 'rating'"),
        (['--mask', 'spine=bone'], "no polygon has the label, there is 'board', 'fruit', 'backb"),
        (['--mask', 'spine'], "--mask 'spine' is not of the form name=label"),
        (['--points', 'nowhere.csv'], r'nowhere\.csv: there is no such file'),
        (['--images', 'nowhere'], 'there is no such folder'),
        (['--reach', '-1'], '--reach must be 0 or more'),
        (['--split', '80-20'], 'gives 20 % of 1 images to test'),
    ],
)
def test_a_wrong_option_is_one_sentence_and_writes_nothing(convert, tmp_path, words, sentence):
    with pytest.raises(UserError, match=sentence):
        convert(*words)
    assert not (tmp_path / 'out').exists()


def test_several_files_of_points_must_be_named(export, tmp_path):
    folder = export()
    (folder / 'more.csv').write_text('rating_1,100,120,a.jpg,200,160')
    with pytest.raises(UserError, match='several CSV files, name some by --points: '):
        run_makesense(tmp_path / 'out', folder)
    files = (folder / 'labels.csv', folder / 'more.csv')
    coco, _ = run_makesense(tmp_path / 'out', folder, '--points', *files)
    assert coco['annotations'][2]['attributes'] == {'rating': '1'}


@pytest.mark.parametrize(
    ('name', 'content'), [('labels.json', '[]'), ('labels.csv', 'a table of something else')]
)
def test_bad_input_ends_with_status_2_and_one_sentence(export, tmp_path, name, content):
    folder = export()
    (folder / name).write_text(content)
    done = run('prepare/makesense.py', folder, '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert done.stderr.startswith(f'error: {folder / name} is not ')
    assert done.stderr.count('\n') == 1
    assert not (tmp_path / 'out').exists()
