"""Draw curves of a training, such as the weights of the tasks.

    python tools/plot_log.py work_dirs/RUN --keys weight/ --out weights.png

Reads ``*/vis_data/scalars.json`` in each work dir, which every training writes.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from projects.smn.errors import UserError, listing, run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('work_dirs', nargs='+', type=Path, metavar='WORK_DIR')
    parser.add_argument('--keys', nargs='+', default=['weight/'], help='how the names begin')
    parser.add_argument('--out', type=Path, required=True, help='the PNG to write')
    parser.add_argument('--log-scale', action='store_true', help='logarithmic vertical axis')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    figure, axes = plt.subplots(
        1, len(args.work_dirs), figsize=(5 * len(args.work_dirs), 3.2), squeeze=False, sharey=True
    )
    for axis, work_dir in zip(axes[0], args.work_dirs, strict=True):
        for name, (steps, values) in read_curves(work_dir, tuple(args.keys)).items():
            axis.plot(steps, values, label=name)
        axis.set(title=work_dir.name, xlabel='iteration')
        axis.grid(alpha=0.3)
        if args.log_scale:
            axis.set_yscale('log')
    axes[0, -1].legend(fontsize='small', loc='center left', bbox_to_anchor=(1, 0.5))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(args.out, dpi=100, bbox_inches='tight')
    print(f'written: {args.out}')


def read_curves(work_dir: Path, keys: tuple[str, ...]) -> dict[str, tuple[list, list]]:
    """Name to iterations and values, of the names that begin with one of the keys."""
    # One for each time that the training was resumed.
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    if not logs:
        raise UserError(f'{work_dir} has no */vis_data/scalars.json; is it the work dir of a run?')
    curves: dict[str, tuple[list, list]] = {}
    names: dict[str, None] = {}
    for line in (line for log in logs for line in log.read_text().splitlines()):
        record = json.loads(line)
        names.update(dict.fromkeys(record))
        for name in record:
            if name.startswith(keys):
                steps, values = curves.setdefault(name, ([], []))
                steps.append(record['step'])
                values.append(record[name])
    if not curves:
        raise UserError(
            f'{logs[-1]} has nothing that begins with {listing(keys)}; it has {listing(names, 40)}'
        )
    return curves


if __name__ == '__main__':
    run_tool(main)
