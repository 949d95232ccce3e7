"""Setting up, as far as it can be tried without installing anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import demo
import install
import pytest
import torch


class RanError(Exception):
    """Something would have been installed."""


def ran(*_, **__):
    raise RanError


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Calls tools/install.py for an environment in ``tmp_path``; a command that it runs fails."""
    monkeypatch.setattr(install, 'VENV', tmp_path)

    def call(*flags: str) -> None:
        monkeypatch.setattr(sys, 'argv', ['install.py', *flags])
        monkeypatch.setattr(subprocess, 'run', ran)
        monkeypatch.setattr(subprocess, 'Popen', ran)
        install.main()

    return call


@pytest.mark.parametrize('version', [(3, 9, 18), (3, 14, 0), (2, 7, 18)])
def test_another_python_is_refused_with_a_way_out(call, monkeypatch, version):
    monkeypatch.setattr(sys, 'version_info', version)
    ways = r'make env PYTHON=python3\.11, or python3\.11 tools/install\.py'
    with pytest.raises(SystemExit, match=rf'Python 3\.10 to 3\.13 .* {version[0]}\.\d.*{ways}'):
        call()


def test_pip_takes_the_same_pythons():
    first, (major, minor) = install.PYTHONS
    bounds = f'>={install.dotted(first)},<{major}.{minor + 1}'
    assert f'requires-python = "{bounds}"' in (install.ROOT / 'pyproject.toml').read_text()


@pytest.mark.parametrize('flags', [(), ('--mmcv-ops',)])
def test_a_complete_environment_is_left_alone(call, capsys, monkeypatch, flags):
    monkeypatch.setattr(install.shutil, 'which', lambda name: '/bin/g++')
    for name in ('installed', 'compiled'):
        install.Stamp(name).set()
    call(*flags)
    assert capsys.readouterr().out == ''


def test_a_changed_requirement_installs_again(call, monkeypatch, tmp_path):
    changed = tmp_path / 'requirements.txt'
    changed.write_text('one==1\n')
    monkeypatch.setattr(install, 'INPUTS', (changed,))
    install.Stamp('installed').set()
    call()
    changed.write_text('one==2\n')
    with pytest.raises(RanError):
        call()


def test_only_compiled_operators_need_a_compiler(call, monkeypatch):
    monkeypatch.setattr(install.shutil, 'which', lambda name: None)
    install.Stamp('installed').set()
    call()
    with pytest.raises(SystemExit, match='no C\\+\\+ compiler'):
        call('--mmcv-ops')


def test_on_windows_the_compiler_is_not_looked_for(monkeypatch):
    monkeypatch.setattr(install.shutil, 'which', lambda name: None)
    assert not install.there_may_be_a_compiler()
    monkeypatch.setattr(install.os, 'name', 'nt')
    assert install.there_may_be_a_compiler()


@pytest.fixture
def cache_of(monkeypatch, tmp_path):
    """In which folder one half of tools/install.py has pip look for an mmcv that it has built."""
    monkeypatch.setattr(install, 'VENV', tmp_path)
    monkeypatch.setattr(install, 'LOG', tmp_path / 'install.log')
    monkeypatch.setattr(install, 'PYTHON', sys.executable)
    monkeypatch.setattr(install, 'own_pip', lambda: tmp_path)
    monkeypatch.setattr(install, 'run', ran)
    monkeypatch.setenv('PIP_CACHE_DIR', 'cache')

    def cache_of(half: Callable[[], int]) -> str | None:
        steps = []
        monkeypatch.setattr(install, 'install_all', steps.extend)
        with pytest.raises(RanError):  # the check at its end
            half()
        (options,) = (step for step in steps if 'requirements/openmmlab.txt' in step)
        return options[options.index('--cache-dir') + 1] if '--cache-dir' in options else None

    return cache_of


def test_an_mmcv_without_operators_is_not_taken_from_the_cache_of_compiled_ones(cache_of):
    folder = cache_of(install.make_environment)
    assert folder
    assert folder != cache_of(install.compile_mmcv)


def test_a_compiled_mmcv_is_kept_for_its_torch_and_its_cuda_alone(cache_of, monkeypatch):
    folders = set()
    for forced in '01':
        monkeypatch.setenv('FORCE_CUDA', forced)
        folders.add(cache_of(install.compile_mmcv))
    assert all(torch.__version__ in Path(folder).name for folder in folders)
    assert len(folders) == (1 if torch.cuda.is_available() else 2)
    monkeypatch.setenv('PIP_NO_CACHE_DIR', '1')
    assert cache_of(install.compile_mmcv) is None


def test_every_file_of_requirements_is_looked_at_and_installed():
    files = {path.name for path in install.ROOT.glob('requirements/*.txt')} | {'requirements.txt'}
    assert files <= {path.name for path in install.INPUTS}
    words = ' '.join(' '.join(step) for step in (*install.STEPS, *install.COMPILING))
    included = ''.join(path.read_text() for path in install.ROOT.glob('requirements/*.txt'))
    assert all(name in words or f'-r {name}' in included for name in files)


def test_the_demo_says_how_to_make_its_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(demo, 'PYTHON', tmp_path / 'python')
    with pytest.raises(SystemExit, match=r'python tools/install\.py'):
        demo.main([])


def test_help_for_the_demo_starts_no_training(capsys, monkeypatch):
    monkeypatch.setattr(subprocess, 'run', ran)
    with pytest.raises(SystemExit) as ended:
        demo.main(['--help'])
    assert ended.value.code == 0
    assert 'A second call trains again' in capsys.readouterr().out
