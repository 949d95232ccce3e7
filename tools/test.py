"""Measure a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``.

Prints a table, tasks down and metrics across, and writes ``metrics.json`` into the work dir, and
``confusion_<task>.csv`` for every classification.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import torch
from _common import add_run_flags, config_of
from mmdet.evaluation import DumpDetResults
from mmdet.structures.mask import encode_mask_results
from mmengine.registry import RUNNERS

from projects.smn.errors import UserError, run_tool
from projects.smn.evaluation import MultiTaskMetric


class DumpTaskResults(DumpDetResults):
    """With the masks of all tasks as RLE; mmdet's own knows the field ``masks`` alone."""

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        super().process(data_batch, data_samples)
        for sample in self.results[-len(data_samples) :]:
            found = sample.get('pred_instances', {})
            for name, value in found.items():
                if value.dtype == torch.bool and value.ndim == 3:
                    found[name] = encode_mask_results(value.numpy())


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file or URL')
    add_run_flags(parser)
    parser.add_argument(
        '--show-dir',
        help='draw ground truth (left) and prediction (right) of every image into this folder '
        'below <work dir>/<time>',
    )
    parser.add_argument('--out', help='keep the raw predictions in this .pkl file, masks as RLE')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.out and not args.out.endswith(('.pkl', '.pickle')):
        raise UserError(f'--out must end in .pkl, not {args.out}')
    cfg = config_of(args)
    cfg.load_from = args.checkpoint
    # Everything is in the checkpoint; do not fetch ImageNet weights first.
    cfg.pretrained = None
    if args.show_dir:
        cfg.default_hooks.visualization.update(draw=True, test_out_dir=args.show_dir)
    runner = RUNNERS.build(cfg)
    for metric in runner.test_evaluator.metrics:
        if isinstance(metric, MultiTaskMetric):
            metric.out_dir = runner.work_dir
    if args.out:
        runner.test_evaluator.metrics.append(DumpTaskResults(out_file_path=args.out))
    runner.test()


if __name__ == '__main__':
    run_tool(main)
