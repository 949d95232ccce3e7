"""What each of two processes runs: rank 0 sees only masks, rank 1 only grades.

    python -m torch.distributed.run --standalone --nproc_per_node 2 two_ranks.py ROOT OUT

Trains 20 steps with each balancer and writes each rank's parameters and the balancer's state to
``OUT/<balancer>_<rank>.pth``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from helpers import leave_configs_unformatted
from mmengine.config import Config
from mmengine.model import is_model_wrapper
from networks import tiny_config

from projects.smn.engine import TaskRunner

BALANCERS = dict(
    none=None,
    fixed=dict(type='FixedWeights', weights=dict(neck=2.0)),
    uncertainty=dict(type='UncertaintyWeighting'),
    dynamic=dict(type='DynamicWeightAverage', interval=4),
    random=dict(type='RandomLossWeighting'),
    warm_up=dict(type='WarmUp', iterations=5, balancer=dict(type='UncertaintyWeighting')),
    unused=dict(type='UncertaintyWeighting'),  # with find_unused_parameters
    frozen=None,  # with a backbone that freezes its stages when it is told to train
)
FREEZES = dict(type='EfficientNetLite', variant='lite0', frozen_stages=2)
LABELLED = ('masks', 'grades')
STEPS = 20


def config_of(root: Path, out: Path, name: str, rank: int) -> Config:
    """The tiny network on the file of this rank, 20 iterations, no checkpoint."""
    cfg = tiny_config(root)
    cfg.model.balancer = BALANCERS[name]
    if name == 'frozen':
        cfg.merge_from_dict(
            dict(
                pretrained='efficientnet-lite0',  # from scratch, nothing is frozen
                model=dict(
                    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
                    backbone=dict(FREEZES, _delete_=True),
                    neck=dict(in_channels=[24, 40, 112, 320]),
                ),
            )
        )
    # Each rank has a file of its own; the seed makes both start from the same weights.
    cfg.train_dataloader.dataset.ann_file = f'annotations/{LABELLED[rank]}.json'
    cfg.train_dataloader.batch_size = 1
    cfg.train_dataloader.sampler = dict(type='InfiniteSampler')
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=STEPS, val_interval=STEPS + 1)
    cfg.param_scheduler = []
    cfg.optim_wrapper.optimizer.lr = 1e-3
    for part in ('val', 'test'):
        for key in (f'{part}_cfg', f'{part}_dataloader', f'{part}_evaluator'):
            cfg[key] = None
    cfg.default_hooks.checkpoint = None
    cfg.launcher = 'pytorch'
    cfg.find_unused_parameters = name == 'unused'
    cfg.work_dir = str(out / name)
    cfg.experiment_name = name
    return cfg


def main() -> None:
    root, out = map(Path, sys.argv[1:3])
    rank = int(os.environ['RANK'])
    torch.set_num_threads(1)
    leave_configs_unformatted()
    for name in BALANCERS:
        runner = TaskRunner.from_cfg(config_of(root, out, name, rank))
        runner.train()
        assert is_model_wrapper(runner.model)
        model = runner.model.module
        state = dict(model.named_parameters())
        if model.balancer is not None:
            state.update({f'balancer.{k}': v for k, v in model.balancer.state_dict().items()})
        torch.save({k: v.detach() for k, v in state.items()}, out / f'{name}_{rank}.pth')


if __name__ == '__main__':
    main()
