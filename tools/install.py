"""Make the environment in ``.venv``; run by ``make env`` with any Python from 3.10 to 3.12.

Uses the standard library alone. A second call finds the stamp of the first and does nothing; a
change to the requirement files installs again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / '.venv'
PYTHON = VENV / 'bin' / 'python'
STAMP = VENV / 'installed'
LOG = VENV / 'install.log'
INPUTS = (
    'requirements/build.txt',
    'requirements/openmmlab.txt',
    'requirements.txt',
    'requirements/dev.txt',
    'requirements/balance.txt',
    'requirements/serve.txt',
    'requirements/track.txt',
    'pyproject.toml',
    'tools/install.py',
)
COMPILES = 'compiling mmcv, about 10 minutes on 2 cores unless pip has it in its cache'
STEPS = (
    ('torch and what builds mmcv', '-r', 'requirements/build.txt'),
    (COMPILES, '--no-deps', '--no-build-isolation', '-r', 'requirements/openmmlab.txt'),
    ('everything else', '-r', 'requirements.txt', '-r', 'requirements/dev.txt'),
    ('this project', '--no-deps', '--no-build-isolation', '-e', '.'),
)


def main() -> None:
    if not (3, 10) <= sys.version_info[:2] <= (3, 12):
        sys.exit(
            f'Python 3.10, 3.11 or 3.12 is needed, this is {sys.version.split()[0]}; '
            'name another one: make env PYTHON=python3.11'
        )
    stamp = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == stamp:
        return
    if shutil.which('g++') is None:
        sys.exit('mmcv is compiled from source, and there is no C++ compiler: apt install g++')
    if not own_pip().is_dir():  # there is no .venv, or half of one, or one of another Python
        print('making .venv', flush=True)
        run(sys.executable, '-m', 'venv', '--clear', VENV)
    LOG.write_text('')
    for number, (what, *options) in enumerate(STEPS, 1):
        install(f'[{number}/{len(STEPS)}] {what}', options)
    run(PYTHON, ROOT / 'tools' / 'check_install.py')
    STAMP.write_text(stamp)


def own_pip() -> Path:
    """Where pip is in a ``.venv`` of this Python; it is the last thing that venv makes."""
    major, minor = sys.version_info[:2]
    return VENV / 'lib' / f'python{major}.{minor}' / 'site-packages' / 'pip'


def run(*command: str | Path) -> None:
    """Run a command that says itself what is wrong, and end with its status if it fails."""
    if status := subprocess.run(command).returncode:
        sys.exit(status)


def fingerprint() -> str:
    """Changes with the requirements, the version of Python and the place of the checkout."""
    digest = hashlib.sha256(f'{ROOT} {sys.version_info[:2]}'.encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def install(title: str, options: list[str]) -> None:
    """Run pip, its output in the log, and show that it is alive."""
    command = [PYTHON, '-m', 'pip', 'install', '--disable-pip-version-check', *options]
    start = time.monotonic()
    with LOG.open('a') as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=build_environment()
        )
        while (status := wait(process)) is None:
            end = '\r' if sys.stdout.isatty() else '\n'
            print(f'{title} ... {clock(start)}', end=end, flush=True)
    print(f'{title}: {clock(start)}   ', flush=True)
    if status:
        tail = LOG.read_text(errors='replace').splitlines()[-15:]
        print('\n'.join(tail), file=sys.stderr)
        sys.exit(f'error: pip failed; the whole output is in {LOG.relative_to(ROOT)}')


def wait(process: subprocess.Popen) -> int | None:
    """The exit status, or ``None`` after a while: each second on a terminal, else less often."""
    try:
        return process.wait(timeout=1 if sys.stdout.isatty() else 30)
    except subprocess.TimeoutExpired:
        return None


def clock(start: float) -> str:
    """Minutes and seconds since ``start``."""
    seconds = int(time.monotonic() - start)
    return f'{seconds // 60}:{seconds % 60:02d}'


def build_environment() -> dict[str, str]:
    """Let mmcv's build find the tools of the new environment, ninja above all."""
    return {**os.environ, 'PATH': f'{VENV / "bin"}{os.pathsep}{os.environ["PATH"]}'}


if __name__ == '__main__':
    main()
