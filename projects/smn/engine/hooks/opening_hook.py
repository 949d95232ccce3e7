"""Say what is going to be trained, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.model import is_model_wrapper
from mmengine.runner import IterBasedTrainLoop, Runner
from terminaltables import SingleTable
from torch import nn

from projects.smn.ops import describe_operators

from ..schedules import describe_schedules

# Modules that hold others worth a name of their own.
HOLDERS = ('roi_head', 'heads')


class OpeningHook(Hook):
    """Before a training, log what is trained, for how long, where, and where the log is.

    The terminal has this in the place of the environment, the whole config and a line for each
    parameter, which are in the log file.
    """

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        rows = [
            ['network', describe_parts(model)],
            ['training', describe_length(runner)],
            ['optimizer', describe_optimizer(runner)],
            [
                'schedule',
                describe_schedules(runner.param_schedulers, runner.train_loop, runner.resumes),
            ],
            ['device', describe_device(model)],
            ['work dir', runner.work_dir],
            ['log', str(Path(runner.log_dir, f'{runner.timestamp}.log'))],
        ]
        table = SingleTable(rows)
        table.inner_heading_row_border = False
        table.outer_border = table.inner_column_border = False
        print_log(f'Training\n{table.table}', runner.logger)


def describe_parts(model: nn.Module) -> str:
    """Parameters of a network and of its parts, and how many of them learn."""
    every = sum(p.numel() for p in model.parameters())
    learn = sum(p.numel() for p in model.parameters() if p.requires_grad)
    lines = [f'{millions(every)} parameters, of which {millions(learn)} learn']
    return '\n'.join([*lines, *(f'{name} {millions(count)}' for name, count in _parts(model))])


def _parts(module: nn.Module, prefix: str = '') -> Iterator[tuple[str, int]]:
    for name, child in module.named_children():
        if name in HOLDERS:
            yield from _parts(child, f'{prefix}{name}.')
        elif count := sum(p.numel() for p in child.parameters()):
            yield prefix + name, count


def millions(count: int) -> str:
    """A number of parameters, in millions."""
    return f'{count / 1e6:.2f} M'


def describe_length(runner: Runner) -> str:
    """How many steps, of how many images, and how often is validated."""
    loop, loader = runner.train_loop, runner.train_dataloader
    by_steps = isinstance(loop, IterBasedTrainLoop)
    images = getattr(loader.batch_sampler, 'batch_size', loader.batch_size)
    text = f'{loop.max_iters:,} steps of {images} images'
    if runner.iter:
        text += f', of which {min(runner.iter, loop.max_iters):,} are done'
    if not by_steps:
        text = f'{loop.max_epochs} epochs, {text}'
    if runner.world_size > 1:
        text += f' in each of {runner.world_size} processes'
    if runner.val_loop is None:
        return f'{text}; no validation'
    unit = 'steps' if by_steps else 'epochs'
    return f'{text}; validation every {loop.val_interval} {unit}, and at the end'


def describe_optimizer(runner: Runner) -> str:
    """Which, and its learning rates before any schedule, the largest first."""
    optimizer = getattr(runner.optim_wrapper, 'optimizer', None)
    if optimizer is None:  # several
        return type(runner.optim_wrapper).__name__
    rates = sorted({group.get('initial_lr', group['lr']) for group in optimizer.param_groups})
    text = ', '.join(f'{rate:g}' for rate in reversed(rates[-4:]))
    return f'{type(optimizer).__name__}, learning rate {text}'


def describe_device(model: nn.Module) -> str:
    """Where the network is, with what a reader of timings wants to know."""
    device = next(model.parameters()).device
    name = torch.cuda.get_device_name(device) if device.type == 'cuda' else ''
    threads = f'{torch.get_num_threads()} threads'
    parts = [str(device), name or threads, f'mmcv operators: {describe_operators()}']
    return ', '.join(part for part in parts if part)
