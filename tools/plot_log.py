"""Draw the curves of trainings: losses, validation, and a balancer's weights.

    python tools/plot_log.py work_dirs/RUN --out curves.png
    python tools/plot_log.py work_dirs/A work_dirs/B --keys loss mask/mAP --out curves.png

Reads ``*/vis_data/scalars.json`` in each work dir, which every training writes. A work dir is a
column of the picture, a row is what has one scale, and all of them have iterations from left to
right. Of the metrics of validation, one stands for each task.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt
from _chief import chief_metrics

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.smn.errors import UserError, listing, run_tool

# Name to iterations and values.
Curves = dict[str, dict[int, float]]
# No two of 40 lines look alike.
LOOKS = [dict(ls=line, color=f'C{n}') for line, n in product(('-', '--', ':', '-.'), range(10))]
NO_CURVES = ('step', 'iter', 'epoch')
FEW = 30  # points, so that each is marked

LOSSES = ('loss', 'rpn_loss')  # the second are those of whoever finds objects


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('work_dirs', nargs='+', type=Path, metavar='WORK_DIR')
    parser.add_argument(
        '--keys',
        nargs='+',
        metavar='NAME',
        help='what to draw: names, or how they begin; default: losses, weights, and one metric of '
        'each task',
    )
    parser.add_argument('--out', type=Path, required=True, help='the PNG to write')
    parser.add_argument('--log-scale', action='store_true', help='logarithmic axis of losses')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if not args.out.suffix:
        raise UserError(f'--out {args.out} has no ending, such as .png')
    runs = {work_dir: read_curves(work_dir) for work_dir in args.work_dirs}
    rows: dict[str, list[str]] = defaultdict(list)
    for name in chosen(list(runs.values()), args.keys):
        rows[scale_of(name)].append(name)
    figure, axes = plt.subplots(
        len(rows),
        len(runs),
        figsize=(5 * len(runs) + 2, 3 * len(rows)),
        squeeze=False,
        sharex='col',
        sharey='row',
    )
    for column, (work_dir, curves) in zip(axes.T, runs.items(), strict=True):
        column[0].set_title(work_dir.name)
        column[-1].set_xlabel('iteration')
        for axis, names in zip(column, rows.values(), strict=True):
            draw(axis, names, curves)
    for row, scale in zip(axes, rows, strict=True):
        row[0].set_ylabel(scale)
        row[-1].legend(fontsize='small', loc='center left', bbox_to_anchor=(1, 0.5))
        if args.log_scale and scale == 'loss':
            row[0].set_yscale('log')  # the others share it
    args.out.parent.mkdir(parents=True, exist_ok=True)
    try:
        figure.savefig(args.out, dpi=100, bbox_inches='tight')
    except ValueError as error:
        raise UserError(f'--out {args.out}: {error}') from error
    print(f'written: {args.out}')


def read_curves(work_dir: Path) -> Curves:
    """All curves of a training, over iterations.

    Raises:
        UserError: If there is no log, or none that can be read.
    """
    # One for each time that the training was resumed.
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    if not logs:
        if [*work_dir.glob('*/*.log')]:
            raise UserError(f'{work_dir}: its training ended before it had logged a loss')
        raise UserError(f'{work_dir} has no */vis_data/scalars.json; is it the work dir of a run?')
    curves: Curves = defaultdict(dict)
    begun: set[Path] = set()
    iteration = 0
    for path, record in ((log, record) for log in logs for record in records(log)):
        if path not in begun and 'iter' in record:
            begun.add(path)
            # What is trained again, from here or from the beginning, is not what it was.
            for curve in curves.values():
                for later in [x for x in curve if x >= record['iter']]:
                    del curve[later]
        # Validation is logged at its iteration, or at an epoch, which is the smaller number: then
        # it belongs to the last iteration before it.
        iteration = record.get('iter', max(iteration, record.get('step', 0)))
        for name, value in record.items():
            if name not in NO_CURVES:
                curves[name][iteration] = value
    curves = {name: curve for name, curve in curves.items() if curve}
    if not curves:
        raise UserError(f'{logs[-1]} has no curve; the training wrote none before it ended')
    return curves


def records(log: Path) -> Iterator[dict]:
    """The records of a log; what is no record, as where a run was killed, is passed over."""
    for line in log.read_text().splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict):
            yield record


def chosen(runs: list[Curves], keys: list[str] | None) -> list[str]:
    """The names of what is drawn.

    Args:
        runs: The curves of each training.
        keys: Names, or how they begin; None for losses, weights, and one metric of each task.

    Raises:
        UserError: If no run has what a key says.
    """
    names = list(dict.fromkeys(name for curves in runs for name in curves))
    if keys is None:
        trained = [name for name in names if name.startswith((*LOSSES, 'weight/'))]
        measured = [name for name in names if not name.startswith(('weight/', 'labelled/'))]
        keys = [*trained, *chief_metrics([measured])]
        if not keys:
            raise UserError(f'there are no losses and no metrics; there are {listing(names, 40)}')
    found: dict[str, None] = {}
    for key in keys:
        # A whole name is that one alone: bbox/mAP is not bbox/mAP_50.
        matching = [key] if key in names else [name for name in names if name.startswith(key)]
        if not matching:
            raise UserError(
                f'nothing is called {key!r}, or begins so; there is {listing(names, 40)}'
            )
        found.update(dict.fromkeys(matching))
    return list(found)


def scale_of(name: str) -> str:
    """What shares an axis with other things: losses, weights, metrics of 0 to 1, or itself."""
    if name.startswith(LOSSES):
        return 'loss'
    group, _, metric = name.partition('/')
    if not metric:
        return name
    if group in ('weight', 'labelled'):
        return group
    return metric if 'MAE' in metric else 'metric'


def draw(axis: plt.Axes, names: list[str], curves: Curves) -> None:
    """Draw the curves of one training that have one scale; what it lacks is in the legend only."""
    for number, name in enumerate(names):
        points = sorted(curves.get(name, {}).items())
        steps, values = [x for x, _ in points], [y for _, y in points]
        marker = '.' if len(points) < FEW else None
        axis.plot(steps, values, label=name, marker=marker, **LOOKS[number % len(LOOKS)])
    axis.grid(alpha=0.3)


if __name__ == '__main__':
    run_tool(main)
