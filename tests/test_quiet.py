"""Known chatter of libraries is not heard; everything else is."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from networks import ROOT

from projects.smn.quiet import import_quietly, is_worth_hearing


def run(code: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, cwd=ROOT
    )


@pytest.mark.parametrize('package', ['engine', 'datasets'])
def test_an_import_says_nothing_nor_do_grids_of_points(package):
    done = run(
        f'import projects.smn.{package}, torch\n'
        'from mmdet.models.task_modules import MlvlPointGenerator\n'
        'MlvlPointGenerator([8]).grid_priors([(2, 2)], device="cpu")\n'
        'torch.meshgrid(torch.arange(2), torch.arange(2))'
    )
    assert (done.stdout, done.stderr) == ('', '')


def test_other_warnings_and_lines_are_heard(tmp_path, monkeypatch, capsys):
    done = run('import projects.smn.engine, warnings; warnings.warn("the data are odd")')
    assert 'the data are odd' in done.stderr
    (tmp_path / 'chatty.py').write_text(
        'print("Could not import OneDL. Skipping OneDL datasets.\\nthe disk is full")'
    )
    monkeypatch.syspath_prepend(tmp_path)
    import_quietly('chatty')
    assert capsys.readouterr().out == 'the disk is full\n'


def test_what_is_said_before_a_failing_import_is_heard(tmp_path, monkeypatch, capsys):
    (tmp_path / 'failing.py').write_text('print("no GPU"); raise ImportError("so it fails")')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match='so it fails'):
        import_quietly('failing')
    assert capsys.readouterr().out == 'no GPU\n'


def test_the_log_leaves_out_what_mmengines_hooks_say_of_mmengine():
    def heard(message: str) -> bool:
        return is_worth_hearing(logging.makeLogRecord(dict(msg=message)))

    assert not heard('"FileClient" will be deprecated in future. Please use io functions in x')
    assert not heard('convs.1.0 is duplicate. It is skipped since bypass_duplicate=True')
    assert heard('convs.1.0 is duplicate')
    assert heard('The model and loaded state dict do not match exactly')
