"""Train and test several configs, and put their metrics side by side.

    python tools/compare.py configs/fruit/sparse/*.py --work-dir work_dirs/sparse --jobs 2
    python tools/compare.py CONFIG --seeds 0 1 2              # mean and spread
    python tools/compare.py CONFIG --folds 5                  # cross-validation
    python tools/compare.py CONFIG --images 15 30 61          # a learning curve, curve.png

Each config has a folder of its own in the work dir, and in it one for each of its trainings if
there are several, with ``train.log``, ``test.log`` and the usual results. What is done there is not
done again, if config and options are the same; a training that was interrupted is resumed. The best
checkpoint is tested where the config keeps one (``save_best``), else the last. The table is
printed, and written to ``table.md`` and ``table.csv`` in the work dir; ``runs.csv`` has a row per
training.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from _chief import CHIEF_METRICS, chief_metrics
from _common import add_cfg_options, load_config
from _pooled import agreement, draw_curve, sum_matrices, written
from _variations import Variation, variations, varied
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from terminaltables import GithubFlavoredMarkdownTable
from tqdm import tqdm

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError, run_tool
from projects.smn.files import replacing, write_json

TOOLS = Path(__file__).resolve().parent


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
        '--seeds', type=int, nargs='+', metavar='SEED', help='train once with each of these seeds'
    )
    parser.add_argument(
        '--folds',
        type=int,
        default=0,
        metavar='K',
        help='deal all images into K folds; train K times, each time tested on another fold',
    )
    parser.add_argument(
        '--images',
        type=int,
        nargs='+',
        metavar='N',
        help='train with that many of the images, each time for as many steps',
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
    if args.folds == 1 or args.folds < 0:
        raise UserError(f'--folds must be 2 or more, not {args.folds}')
    cores = max((os.cpu_count() or 1) // args.jobs, 1)
    threads = os.environ.get('OMP_NUM_THREADS', str(cores))
    # Find a mistake in the last config now, and not after the training of the first.
    sizes = {path.stem: count_parameters(path, args.cfg_options) for path in args.configs}
    options = words_after(sys.argv, '--cfg-options')
    trainings = [
        prepared(path, variation, args.work_dir / path.stem / variation.folder, args.cfg_options)
        for path in args.configs
        for variation in variations(args.seeds, args.folds, args.images)
    ]
    with ThreadPoolExecutor(args.jobs) as pool:
        jobs = {pool.submit(run, training, options, threads): training for training in trainings}
        try:
            for job in tqdm(as_completed(jobs), total=len(jobs), unit='training'):
                tqdm.write(f'{jobs[job].title}: {job.result():.1f} min of training')
        except BaseException:  # Ctrl-C too: it ends what runs; what waits must not begin
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    write_results(args.work_dir, trainings, sizes, args.metrics)


@dataclass(frozen=True, eq=False)
class Training:
    """One training of one config.

    Attributes:
        name: Of the config.
        variation: In what it differs from the config.
        config: What is trained: the config, or what was made of it.
        folder: Of its results.
        attempts: What has been done of it: ``minutes``, ``done``, ``config_sha256``.
        ordinal: Names of its tasks whose classes are grades.
    """

    name: str
    variation: Variation
    config: Path
    folder: Path
    attempts: dict
    ordinal: tuple[str, ...]

    @property
    def title(self) -> str:
        return ' '.join([self.name, *self.variation.folder.parts])


def prepared(path: Path, variation: Variation, folder: Path, overrides: dict | None) -> Training:
    """What one training needs; writes the config and annotations of a variation."""
    cfg = load_config(path, overrides)
    ordinal = tuple(
        name for name, task in cfg.get('tasks', {}).items() if (task or {}).get('ordinal')
    )
    if variation.folder.parts:
        cfg = varied(cfg, variation, folder)
        cfg.setdefault('launcher', 'none')  # as in what a run writes: there, every name was read
        path = folder / path.name
        with replacing(path) as part:
            cfg.dump(part)
    return Training(path.stem, variation, path, folder, read_clock(folder, cfg), ordinal)


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


def run(training: Training, options: list[str], threads: str) -> float:
    """Train and test unless it is done; the minutes that the training took."""
    folder, attempts = training.folder, training.attempts
    if training.variation.folder.parts:
        options = []  # they are in its config
    folder.mkdir(parents=True, exist_ok=True)
    if not attempts['done']:
        start = time.monotonic()
        try:
            call('train.py', [training.config, '--resume'], folder, options, threads)
            attempts['done'] = True
        finally:
            attempts['minutes'] += (time.monotonic() - start) / 60
            write_json(folder / 'training.json', attempts)
    if not (folder / 'metrics.json').is_file():
        arguments = [training.config, checkpoint_of(folder)]
        call('test.py', arguments, folder, options, threads)
    return attempts['minutes']


def checkpoint_of(folder: Path) -> str:
    """The best checkpoint of a training that kept one, else the last."""
    best = sorted(folder.glob('best_*.pth'), key=lambda path: path.stat().st_mtime)
    return str(best[-1]) if best else (folder / 'last_checkpoint').read_text().strip()


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


def write_results(
    work_dir: Path, trainings: list[Training], sizes: dict[str, int], chosen: list[str] | None
) -> None:
    """Print the table of all configs, and write it as Markdown and CSV, with what goes with it."""
    metrics = {t: json.loads((t.folder / 'metrics.json').read_text()) for t in trainings}
    columns = chosen or chief_metrics(metrics.values())
    groups: dict[tuple[str, int | None], list[Training]] = defaultdict(list)
    for training in trainings:
        groups[training.name, training.variation.images].append(training)
    several = len(trainings) > len(groups)
    curves: dict[str, dict] = defaultdict(dict)
    head = ['config', 'parameters (M)', 'training (min)', *columns]
    if any(number is not None for _, number in groups):
        head.insert(1, 'images')
    rows = [head]
    for (name, number), members in groups.items():
        minutes = [training.attempts['minutes'] for training in members]
        cells = [written([metrics[t].get(column) for t in members]) for column in columns]
        row = [name, f'{sizes[name] / 1e6:.2f}', f'{statistics.fmean(minutes):.1f}', *cells]
        if 'images' in head:
            row.insert(1, 'all' if number is None else str(number))
        rows.append(row)
        curves[name][number] = [metrics[training] for training in members]
    table = GithubFlavoredMarkdownTable(rows).table
    print(table)
    if several:
        print('Mean ± standard deviation of the trainings of a row.')
    (work_dir / 'table.md').write_text(f'{table}\n')
    write_rows(work_dir / 'table.csv', rows)
    write_rows(
        work_dir / 'runs.csv',
        [
            ['training', 'minutes', 'checkpoint', *columns],
            *(
                [t.title, f'{t.attempts["minutes"]:.1f}', Path(checkpoint_of(t.folder)).name]
                + [metrics[t].get(column) for column in columns]
                for t in trainings
            ),
        ],
    )
    pool_folds(work_dir, groups)
    if 'images' in head:
        draw_curve(work_dir / 'curve.png', curves, columns)
        print(f'The curve is {work_dir / "curve.png"}')


def pool_folds(work_dir: Path, groups: dict[tuple[str, int | None], list[Training]]) -> None:
    """Sum the confusion matrices of all folds, so that each image is in them once for each seed."""
    for (name, number), members in groups.items():
        if not members[0].variation.folds:
            continue
        out = work_dir / name / ('' if number is None else f'images{number}')
        for task, matrix in sum_matrices([t.folder for t in members], out).items():
            found = agreement(matrix, task in members[0].ordinal)
            values = ', '.join(f'{key} {value:.3f}' for key, value in found.items())
            print(f'{name}, {task}, all folds: {values}; {out / f"confusion_{task}.csv"}')


def write_rows(path: Path, rows: list[list]) -> None:
    with path.open('w', newline='') as file:
        csv.writer(file).writerows(rows)


if __name__ == '__main__':
    run_tool(main)
