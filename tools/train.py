"""Train a network: ``python tools/train.py configs/fruit/smn_lite0_fpn_fruit_demo.py``."""

from __future__ import annotations

import argparse

from _common import add_run_flags, config_of
from mmengine.registry import RUNNERS
from mmengine.runner import find_latest_checkpoint
from torch import cuda

from projects.smn.errors import UserError, run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    add_run_flags(parser)
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help="scale the learning rate to the batch size by the config's auto_scale_lr",
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='go on from this checkpoint; without a value, from the latest one in the work dir',
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = config_of(args)
    if args.amp:
        wrapper = cfg.optim_wrapper.get('type', 'OptimWrapper')
        if wrapper not in ('OptimWrapper', 'AmpOptimWrapper'):
            raise UserError(f'--amp cannot be used with {wrapper}')
        if not cuda.is_available():
            raise UserError('--amp needs a GPU, and torch sees none')
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    if args.auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise UserError(f'{args.config} has no auto_scale_lr with a base_batch_size')
        cfg.auto_scale_lr.enable = True
    if args.resume:
        latest = find_latest_checkpoint(cfg.work_dir) if args.resume == 'auto' else args.resume
        # Without one, the training begins as the config says, its load_from included.
        cfg.resume = latest is not None
        cfg.load_from = latest or cfg.get('load_from')
    RUNNERS.build(cfg).train()


if __name__ == '__main__':
    run_tool(main)
