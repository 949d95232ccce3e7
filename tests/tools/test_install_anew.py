"""Setting up in a folder of its own, with nothing of this machine but Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT

BASE_PYTHON = Path(sys.base_prefix, 'bin', f'python3.{sys.version_info[1]}')
on_posix = pytest.mark.skipif(os.name == 'nt', reason='the test makes a PATH of links')


def path_of(folder: Path, **programs: Path | str) -> dict[str, str]:
    """This environment with nothing on its PATH but these: files to link to, or shell scripts."""
    folder.mkdir()
    for name, program in programs.items():
        target = folder / name
        if isinstance(program, Path):
            target.symlink_to(program)
        else:
            target.write_text(f'#!/bin/sh\n{program}\n')
            target.chmod(0o755)
    return {**os.environ, 'PATH': str(folder)}


@pytest.fixture
def copy(tmp_path):
    """The project without environment, data and results; removed at the end, as it gets large."""
    copy = tmp_path / 'copy'
    ignored = shutil.ignore_patterns('.venv', '.git', 'data', 'work_dirs', '__pycache__')
    shutil.copytree(ROOT, copy, ignore=ignored)
    yield copy
    shutil.rmtree(copy)


@pytest.fixture
def _index(tmp_path):
    command = [sys.executable, '-m', 'pip', 'download', '--no-deps', '--no-cache-dir', 'addict']
    if subprocess.run([*command, '-d', tmp_path / 'tried'], capture_output=True).returncode:
        pytest.skip('pip reaches no index')


@on_posix
@pytest.mark.long
@pytest.mark.usefixtures('_index')
def test_python_alone_is_enough(copy, tmp_path):
    environment = path_of(tmp_path / 'bin', python=BASE_PYTHON)
    environment.pop('VIRTUAL_ENV', None)
    environment.pop('PYTHONPATH', None)
    assert not any(shutil.which(name, path=environment['PATH']) for name in ('c++', 'g++', 'git'))
    done = subprocess.run(
        ['python', 'tools/install.py'], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert 'the environment works' in done.stdout
    assert 'compiled' not in done.stdout
    assert '.venv is complete' in done.stdout


@on_posix
@pytest.mark.parametrize('ci', ['true', ''])
def test_ci_begins_without_an_environment(tmp_path, ci):
    shutil.copytree(ROOT / '.ci', tmp_path / '.ci')
    left = tmp_path / '.venv'
    left.mkdir()
    tools = {name: Path(shutil.which(name)) for name in ('bash', 'env', 'dirname', 'rm')}
    environment = path_of(tmp_path / 'bin', make='echo make $1', **tools)
    done = subprocess.run(
        [tmp_path / '.ci' / 'run'], env={**environment, 'CI': ci}, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout == 'make lint\nmake test\n'
    assert left.is_dir() == (ci == '')
