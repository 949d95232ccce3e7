"""Measure a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``.

Prints a table, tasks down and metrics across, and writes ``metrics.json`` into the work dir,
``confusion_<task>.csv`` for every classification, and ``errors.csv``: what was missed, found twice,
confused, or is off, the worst images first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from _common import add_run_flags, add_scale, add_style, config_of
from mmdet.evaluation import DumpDetResults
from mmengine.registry import RUNNERS

from projects.smn.engine.hooks import picture_name
from projects.smn.engine.limits import set_max_objects, set_scale
from projects.smn.errors import UserError, run_tool
from projects.smn.evaluation import MultiTaskMetric


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file or URL')
    add_run_flags(parser)
    add_scale(parser)
    parser.add_argument(
        '--show-dir',
        help='draw ground truth (left) and prediction (right) of every image into this folder '
        'below <work dir>/<time>, the worst first',
    )
    parser.add_argument(
        '--per-class', action='store_true', help='a row of the table for every class, too'
    )
    add_style(parser, default=None)  # as the config says
    parser.add_argument('--out', help='keep the raw predictions in this .pkl file, masks as RLE')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.out and not args.out.endswith(('.pkl', '.pickle')):
        raise UserError(f'--out must end in .pkl, not {args.out}')
    cfg = config_of(args)
    if args.scale is not None:
        set_scale(cfg, args.scale)
    if args.max_objects is not None:
        set_max_objects(cfg, args.max_objects)
    cfg.load_from = args.checkpoint
    # Everything is in the checkpoint; do not fetch ImageNet weights first.
    cfg.pretrained = None
    if args.show_dir:
        cfg.default_hooks.visualization.update(draw=True, test_out_dir=args.show_dir)
    if args.style is not None:
        cfg.visualizer.style = args.style
    runner = RUNNERS.build(cfg)
    metrics = [m for m in runner.test_evaluator.metrics if isinstance(m, MultiTaskMetric)]
    for metric in metrics:
        metric.out_dir = runner.work_dir
        metric.per_class = metric.per_class or args.per_class
    if args.out:
        runner.test_evaluator.metrics.append(DumpDetResults(out_file_path=args.out))
    runner.test()
    if runner.rank == 0 and metrics:
        print(f'Errors, the worst images first, are in {Path(runner.work_dir, "errors.csv")}')
        if args.show_dir:
            folder = Path(runner.work_dir, runner.timestamp, args.show_dir)
            number_worst(folder, metrics[0].worst)


def number_worst(folder: Path, worst: Sequence[str]) -> None:
    """Put a number before the names of pictures, the worst first; those without errors have none.

    Args:
        folder: With a picture of each image; of images of one name, it has one picture.
        worst: The images that have errors, the worst first.
    """
    names = [picture_name(name) for name in worst]
    if shared := len(names) - len({*names}):
        print(f'{shared} pictures were replaced by others of the same name, from other folders')
    digits = len(str(len(worst)))
    moved = {}
    for number, name in enumerate(worst, 1):
        picture = folder / picture_name(name)
        if picture.is_file():
            # Under a name that no image has, until all are out of each other's way.
            moved[picture.rename(folder / f'.{number}')] = f'{number:0{digits}}_{picture.name}'
    for picture, name in moved.items():
        picture.rename(folder / name)
    print(f'Pictures, the worst first, are in {folder}')


if __name__ == '__main__':
    run_tool(main)
