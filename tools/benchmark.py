"""Compare networks by size, work, time, memory, and, with checkpoints, by accuracy.

    python tools/benchmark.py configs/balloon/*.py --threads 1 --out work_dirs/benchmark
    python tools/benchmark.py A.py B.py --checkpoints a.pth none --image photo.jpg

The table is written to ``benchmark.md`` and ``benchmark.csv`` after each network, and printed at
the end; docs/benchmarks.md says what its columns are. Each network is measured in a process of its
own, on one image of ``--size``: ``--image``, else noise. A two-stage network takes longer the more
boxes it finds, which a column tells. With random weights it finds many or none, so compare times of
such networks with care.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from _common import add_cfg_options, checked_device, load_config
from _machine import machine_name
from _measure import Setup, evaluate, measure
from terminaltables import GithubFlavoredMarkdownTable
from tqdm import tqdm

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError, run_tool
from projects.smn.files import replacing

COLUMNS = ('config', 'parameters (M)', 'GFLOPs', 'time (ms)', 'boxes', 'memory (MB)')
NO_CHECKPOINT = 'none'


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('configs', nargs='+', type=Path, metavar='CONFIG')
    add(
        '--checkpoints',
        nargs='+',
        metavar='FILE',
        help=f'one for each config, or "{NO_CHECKPOINT}" for random weights',
    )
    add(
        '--size',
        nargs=2,
        type=int,
        default=[800, 1333],
        metavar=('HEIGHT', 'WIDTH'),
        help='of the image, which is stretched to it; default: 800 1333',
    )
    add('--objects', type=int, metavar='N', help='as if each network found N objects, all the same')
    add('--image', type=Path, help='what to predict; default: noise')
    add('--device', default='cpu', help='cpu (default), cuda:0, ...')
    add('--threads', type=int, default=torch.get_num_threads(), help='of PyTorch on the CPU')
    add('--repeats', type=int, default=10, help='predictions of which the median counts')
    add('--warm-up', type=int, default=2, help='predictions before them')
    add('--metrics', nargs='+', metavar='TASK/METRIC', help='default: each mAP and mAP_50')
    add('--out', type=Path, default=Path('work_dirs/benchmark'), metavar='DIR')
    add_cfg_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    checkpoints = read_checkpoints(args)
    objects = 1 if args.objects is None else args.objects
    if min(*args.size, args.threads, args.repeats, objects, args.warm_up + 1) < 1:
        raise UserError(
            '--size, --threads, --objects and --repeats must be 1 or more, --warm-up 0 or more'
        )
    checked_device(args.device)
    # Find a mistake in the last config now, and not after the first has been measured.
    for config in args.configs:
        model = link_tasks(load_config(config, args.cfg_options)).model
        if args.objects is not None and not (model.get('rpn_head') or model.get('bbox_head')):
            raise UserError(f'--objects: {config} finds no objects')
    setup = Setup(
        tuple(args.size),
        args.image,
        args.device,
        args.threads,
        args.warm_up,
        args.repeats,
        args.objects,
    )
    machine = machine_name(setup.device)
    description = describe(setup, machine, checkpoints)
    rows, accuracies = [], []
    pairs = list(zip(args.configs, checkpoints, strict=True))
    for config, checkpoint in tqdm(pairs, unit='config'):
        found = alone(measure, config, args.cfg_options, checkpoint, setup)
        rows.append(cells(config.stem, found))
        tqdm.write(', '.join(map(' '.join, zip(COLUMNS, rows[-1], strict=True))))
        accuracies.append(accuracy(args, config, checkpoint, setup))
        # Each time: what has taken an hour is not lost by a mistake in the next.
        table = joined(rows, accuracies)
        text = f'{GithubFlavoredMarkdownTable(table).table}\n\n{description}\n'
        write(args.out, text, with_machine(table, machine, setup.threads))
    print(text, end='')


def read_checkpoints(args: argparse.Namespace) -> list[str | None]:
    """A checkpoint for each config; None for random weights."""
    given = args.checkpoints or [NO_CHECKPOINT] * len(args.configs)
    if len(given) != len(args.configs):
        raise UserError(
            f'there are {len(args.configs)} configs and {len(given)} checkpoints; '
            f'write "{NO_CHECKPOINT}" where there is none'
        )
    for path in given:
        if path != NO_CHECKPOINT and '://' not in path and not Path(path).is_file():
            raise UserError(f'there is no checkpoint {path}')
    return [None if path == NO_CHECKPOINT else path for path in given]


def alone(function: Callable, *args: Any) -> Any:
    """The result of a function that runs in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:
        try:
            return pool.submit(function, *args).result()
        except BrokenProcessPool:
            raise UserError(f'{args[0]}: the process was killed; did the memory suffice?') from None


def accuracy(
    args: argparse.Namespace, config: Path, checkpoint: str | None, setup: Setup
) -> dict[str, float]:
    """The chosen metrics on val and test, by ``'<split> <task>/<metric>'``."""
    if checkpoint is None:
        return {}
    found = {}
    for split in ('val', 'test'):
        work_dir = args.out / config.stem / split
        metrics = alone(evaluate, config, args.cfg_options, checkpoint, split, work_dir, setup)
        names = args.metrics or [key for key in metrics if key.endswith(('/mAP', '/mAP_50'))]
        found |= {f'{split} {key}': metrics[key] for key in names if key in metrics}
    return found


def cells(name: str, found: dict) -> list[str]:
    """The columns of a network that need no checkpoint."""
    boxes = found['boxes']
    return [
        name,
        f'{found["parameters"] / 1e6:.2f}',
        f'{found["flops"] / 1e9:.1f}',
        f'{found["ms"]:.0f}' if found['ms'] >= 100 else f'{found["ms"]:.1f}',
        '' if boxes is None else str(boxes),
        f'{found["memory"] / 1e6:.0f}',
    ]


def joined(rows: list[list[str]], accuracies: list[dict[str, float]]) -> list[list[str]]:
    """The whole table: a header, and rows with a column for each metric that any network has."""
    columns = list(dict.fromkeys(key for accuracy in accuracies for key in accuracy))
    table = [[*COLUMNS, *columns]]
    for row, found in zip(rows, accuracies, strict=True):
        table.append([*row, *(f'{found[c]:.3f}' if c in found else '' for c in columns)])
    return table


def with_machine(table: list[list[str]], machine: str, threads: int) -> list[list[str]]:
    """The table for programs, whose rows may be joined with those of other machines."""
    header, *rows = table
    return [[*header, 'machine', 'threads'], *([*row, machine, str(threads)] for row in rows)]


def describe(setup: Setup, machine: str, checkpoints: list[str | None]) -> str:
    """What the numbers depend on, in one line."""
    height, width = setup.size
    threads = f'{setup.threads} thread' + 's' * (setup.threads > 1)
    where = machine if setup.device.startswith('cuda') else f'{machine}, {threads}'
    image = 'noise' if setup.image is None else setup.image.name
    if setup.objects is not None:
        image += f', {setup.objects} objects'
    trained = [checkpoint is not None for checkpoint in checkpoints]
    weights = 'trained weights' if all(trained) else 'random weights'
    if any(trained) and not all(trained):
        weights = 'random weights where there is no accuracy'
    return (
        f'One image of {height} x {width} ({image}); {weights}; {where}; '
        f'torch {torch.__version__}; median of {setup.repeats} after {setup.warm_up}.'
    )


def write(out: Path, text: str, rows: list[list[str]]) -> None:
    """Write the table as Markdown and as CSV."""
    with replacing(out / 'benchmark.md') as path:
        path.write_text(text)
    with replacing(out / 'benchmark.csv') as path, path.open('w', newline='') as file:
        csv.writer(file).writerows(rows)


if __name__ == '__main__':
    run_tool(main)
