"""Train and test several configs, and put their metrics side by side.

    python tools/compare.py configs/fruit/sparse/*.py --work-dir work_dirs/sparse --jobs 2

Each config has a folder of its own in the work dir, with ``train.log``, ``test.log`` and the usual
results. What is done there is not done again, if config and options are the same; a training that
was interrupted is resumed. The table is printed, and written to ``table.md`` and ``table.csv`` in
the work dir.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from _common import add_cfg_options, load_config
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from terminaltables import GithubFlavoredMarkdownTable
from tqdm import tqdm

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError, run_tool
from projects.smn.files import write_json

TOOLS = Path(__file__).resolve().parent
# The first of these that a task has stands for it.
CHIEF_METRICS = ('mIoU', 'IoU', 'mAP', 'OKS_AP', 'accuracy', 'relative_MAE')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument('configs', nargs='+', type=Path, metavar='CONFIG')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/compare'))
    parser.add_argument(
        '--jobs', type=int, default=1, help='how many to train at a time; they share the cores'
    )
    parser.add_argument(
        '--metrics',
        nargs='+',
        metavar='TASK/METRIC',
        help=f'columns of the table; default: of each task the first of {", ".join(CHIEF_METRICS)}',
    )
    add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    names = [path.stem for path in args.configs]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f'two configs are called {name}; each needs a folder of its own')
    if args.jobs < 1:
        raise UserError(f'--jobs must be 1 or more, not {args.jobs}')
    cores = max((os.cpu_count() or 1) // args.jobs, 1)
    threads = os.environ.get('OMP_NUM_THREADS', str(cores))
    # Find a mistake in the last config now, and not after the training of the first.
    sizes = {path.stem: count_parameters(path, args.cfg_options) for path in args.configs}
    clocks = {
        path: read_clock(args.work_dir / path.stem, load_config(path, args.cfg_options))
        for path in args.configs
    }
    with ThreadPoolExecutor(args.jobs) as pool:
        options = words_after(sys.argv, '--cfg-options')
        jobs = {
            pool.submit(run, path, args.work_dir / path.stem, clock, options, threads): path.stem
            for path, clock in clocks.items()
        }
        try:
            for job in tqdm(as_completed(jobs), total=len(jobs), unit='config'):
                tqdm.write(f'{jobs[job]}: {job.result():.1f} min of training')
        except BaseException:  # Ctrl-C too: it ends what runs; what waits must not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    write_table(args.work_dir, sizes, args.metrics)


def words_after(words: list[str], flag: str) -> list[str]:
    """A flag of the command line with its values, as they were typed; nothing if it is absent."""
    found = []
    within = False
    for word in words:
        if word.startswith('--'):
            name, _, value = word.partition('=')
            within = name == flag
            found += [value] if within and value else []
        elif within:
            found.append(word)
    return [flag, *found] if found else []


def count_parameters(config: Path, overrides: dict | None) -> int:
    """The number of a network's parameters."""
    cfg = link_tasks(load_config(config, overrides))
    init_default_scope('mmdet')
    return sum(parameter.numel() for parameter in MODELS.build(cfg.model).parameters())


def read_clock(folder: Path, config: Config) -> dict:
    """What has been done in a folder, of the config as it is now.

    Raises:
        UserError: If it was done with another config, or with other options.
    """
    clock = folder / 'training.json'
    digest = hashlib.sha256(config.pretty_text.encode()).hexdigest()
    if not clock.is_file():
        return dict(minutes=0, done=False, config_sha256=digest)
    attempts = json.loads(clock.read_text())
    if attempts.get('config_sha256') != digest:
        raise UserError(
            f'{folder} has a training with another config or other options; remove it, or choose '
            'another --work-dir'
        )
    return attempts


def run(config: Path, folder: Path, attempts: dict, options: list[str], threads: str) -> float:
    """Train and test one config unless it is done; the minutes that its training took."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = folder / 'training.json'
    if not attempts['done']:
        start = time.monotonic()
        try:
            call('train.py', [config, '--resume'], folder, options, threads)
            attempts['done'] = True
        finally:
            attempts['minutes'] += (time.monotonic() - start) / 60
            write_json(clock, attempts)
    if not (folder / 'metrics.json').is_file():
        checkpoint = (folder / 'last_checkpoint').read_text().strip()
        call('test.py', [config, checkpoint], folder, options, threads)
    return attempts['minutes']


def call(tool: str, arguments: list, folder: Path, options: list[str], threads: str) -> None:
    command = [sys.executable, TOOLS / tool, *arguments, '--work-dir', folder, *options]
    log = folder / tool.replace('.py', '.log')
    environment = {**os.environ, 'OMP_NUM_THREADS': threads}
    with log.open('a') as file:
        done = subprocess.run(
            [*map(str, command)], stdout=file, stderr=subprocess.STDOUT, env=environment
        )
    if done.returncode:
        raise UserError(f'{tool} {arguments[0]} failed; the end of {log} says why')


def write_table(work_dir: Path, sizes: dict[str, int], chosen: list[str] | None) -> None:
    """Print the table of all configs, and write it as Markdown and CSV."""
    metrics = {name: json.loads((work_dir / name / 'metrics.json').read_text()) for name in sizes}
    columns = chosen or chief_metrics(metrics.values())
    rows = [['config', 'parameters (M)', 'training (min)', *columns]]
    for name, size in sizes.items():
        minutes = json.loads((work_dir / name / 'training.json').read_text())['minutes']
        values = [metrics[name].get(column) for column in columns]
        cells = ['' if value is None else f'{value:.3f}' for value in values]
        rows.append([name, f'{size / 1e6:.2f}', f'{minutes:.1f}', *cells])
    table = GithubFlavoredMarkdownTable(rows).table
    print(table)
    (work_dir / 'table.md').write_text(f'{table}\n')
    with (work_dir / 'table.csv').open('w', newline='') as file:
        csv.writer(file).writerows(rows)


def chief_metrics(runs) -> list[str]:
    """One metric for each task of any run, in the order of their first appearance."""
    # A class of a semantic map has a row of its own in the table of a run, and no column here.
    names = (key.partition('/')[0] for metrics in runs for key in metrics if '/' in key)
    tasks = dict.fromkeys(name for name in names if ':' not in name)
    found = {key for metrics in runs for key in metrics}
    chief = (
        next((f'{task}/{m}' for m in CHIEF_METRICS if f'{task}/{m}' in found), None)
        for task in tasks
    )
    return [column for column in chief if column]


if __name__ == '__main__':
    run_tool(main)
