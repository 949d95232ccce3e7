"""Make the demo's data, train, test and predict: ``make demo``, or where there is no make:

    python tools/install.py
    python tools/demo.py

Runs the tools of this folder one after the other, each in the environment in ``.venv``, and says
which. A second call trains again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from install import PYTHON, ROOT

CONFIG = Path('configs', 'fruit', 'smn_lite0_fpn_fruit_demo.py')
DATA = Path('data', 'fruit')
WORK = Path('work_dirs', 'demo')
IMAGES = ('--train', '400', '--val', '80', '--test', '80', '--seed', '0')


def main(argv: list[str] | None = None) -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(argv)
    if not PYTHON.is_file():
        sys.exit('there is no environment yet: python tools/install.py')
    tool('prepare/synthetic_fruit.py', '--out', DATA, *IMAGES)
    tool('train.py', CONFIG, '--work-dir', WORK)
    checkpoint = (ROOT / WORK / 'last_checkpoint').read_text().strip()
    tool('test.py', CONFIG, checkpoint, '--work-dir', WORK)
    tool('predict.py', CONFIG, checkpoint, DATA / 'test', '--out-dir', WORK)


def tool(name: str, *arguments: str | Path) -> None:
    """Run a tool, and end with its status if it fails."""
    words = [str(word) for word in arguments]
    print(f'tools/{name} {" ".join(words)}', flush=True)
    command = [PYTHON, ROOT / 'tools' / name, *words]
    if status := subprocess.run(command, cwd=ROOT).returncode:
        sys.exit(status)


if __name__ == '__main__':
    main()
