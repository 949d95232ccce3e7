"""Measure a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``.

Prints a table, tasks down and metrics across, and writes ``metrics.json`` into the work dir, and
``confusion_<task>.csv`` for every classification.
"""

from __future__ import annotations

import argparse

from _common import add_run_flags, add_scale, add_style, config_of
from mmdet.evaluation import DumpDetResults
from mmengine.registry import RUNNERS

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
        'below <work dir>/<time>',
    )
    add_style(parser)
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
    cfg.visualizer.style = args.style
    runner = RUNNERS.build(cfg)
    for metric in runner.test_evaluator.metrics:
        if isinstance(metric, MultiTaskMetric):
            metric.out_dir = runner.work_dir
    if args.out:
        runner.test_evaluator.metrics.append(DumpDetResults(out_file_path=args.out))
    runner.test()


if __name__ == '__main__':
    run_tool(main)
