"""A whole network with the compiled operators and with ours, in turns."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import median
from types import ModuleType
from unittest.mock import patch

import torch
from mmdet.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError
from projects.smn.ops import choice, extension, operators_are_compiled
from projects.smn.ops.origin import CALLERS


def network_rows(config: str, repeats: int) -> list[list[str]]:
    """A row for a training step on a batch of the config's data, and one for inference.

    Args:
        config: A config; random weights are what is timed.
        repeats: Turns of which the median counts, after one.

    Raises:
        UserError: If mmcv is not compiled, or the data are not there.
    """
    if not operators_are_compiled():
        raise UserError('--networks needs the compiled mmcv, to compare with: make env MMCV_OPS=1')
    cfg = link_tasks(load_config(config, dict(pretrained=None)))
    init_default_scope('mmdet')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    batch = _batch(cfg.train_dataloader.dataset, cfg.train_dataloader.batch_size)
    image = _batch(cfg.test_dataloader.dataset, 1)

    def train() -> None:
        model.train().train_step(copy.deepcopy(batch), wrapper)

    @torch.no_grad()
    def infer() -> None:
        model.eval().test_step(copy.deepcopy(image))

    name, images = Path(config).stem, len(batch['inputs'])
    return [
        _row(f'{name}, training step of {images}', train, repeats),
        _row(f'{name}, inference', infer, repeats),
    ]


def _batch(dataset: dict, size: int) -> dict:
    dataset = DATASETS.build(dataset)
    return pseudo_collate([dataset[index] for index in range(size)])


@patch.object(choice, '_OPS', None)  # ours, not torchvision's
def _row(name: str, call: Callable[[], None], repeats: int) -> list[str]:
    kinds = {'compiled': import_module('mmcv._ext'), 'ours': extension}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    try:
        for turn in range(repeats + 1):
            for kind in kinds if turn % 2 else reversed(kinds):
                _use(kinds[kind])
                torch.manual_seed(turn)
                start = time.perf_counter()
                call()
                times[kind].append(1e3 * (time.perf_counter() - start))
    finally:
        _use(kinds['compiled'])
    compiled, ours = (median(taken[1:]) for taken in times.values())
    return [name, f'{compiled:.0f}', f'{ours:.0f}', f'{ours / compiled:.2f}']


def _use(operators: ModuleType) -> None:
    for name in CALLERS:
        import_module(f'mmcv.ops.{name}').ext_module = operators
