"""Measures one network: size, work, time and memory of a prediction, and accuracy.

Each of the two functions is meant for a process of its own: what one network leaves in memory, in
caches and in registries does not touch the next.
"""

from __future__ import annotations

import contextlib
import copy
import io
import math
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import mmcv
import mmdet.models  # noqa: F401
import mmengine.device.utils as mmengine_device
import mmseg.models  # noqa: F401
import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import RUNNERS, init_default_scope
from mmengine.structures import InstanceData
from torch.utils.flop_counter import FlopCounterMode

# All networks are imported before any is measured, so that none is charged for it.
import projects.smn.models  # noqa: F401
from projects.smn.engine import check_architecture, link_tasks, load_checkpoint_file
from projects.smn.engine.folding import fold_batch_norm
from projects.smn.engine.images import read_image
from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError


@dataclass(frozen=True)
class Setup:
    """How a prediction is measured.

    Attributes:
        size: Height and width of the image, in pixels.
        image: The file to predict; None for noise.
        device: As PyTorch names it.
        threads: Of PyTorch on the CPU.
        warm_up: Predictions before the first that counts.
        repeats: Predictions of which the median counts.
        objects: How many objects the network is made to find, at the same places; None for those
            that it does find.
    """

    size: tuple[int, int]
    image: Path | None
    device: str
    threads: int
    warm_up: int
    repeats: int
    objects: int | None = None


def measure(
    config: Path, options: dict | None, checkpoint: str | None, setup: Setup
) -> dict[str, float | None]:
    """Predict one image with one network.

    Returns:
        ``parameters``; ``flops`` of convolutions, linear layers and matrix products, where a
        multiply-add is two; ``ms`` from the image in memory to the results; ``boxes`` found, None
        if the network looks for none; ``memory`` in bytes: on a GPU what PyTorch allocated at most,
        on the CPU how far the process grew, at its peak, over what it takes before the network is
        built.

    Raises:
        UserError: The config or the checkpoint is wrong.
    """
    torch.set_num_threads(setup.threads)
    device = torch.device(setup.device)
    cfg = _load(config, options)
    before = _forget_peak()
    model = _build(cfg, checkpoint).to(device).eval()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    fold_batch_norm(model)  # as Predictor does
    if setup.objects is not None:
        _hold_objects(model, setup)
    data = _batch(setup)
    times = []
    with torch.no_grad():
        for _ in range(setup.warm_up + setup.repeats):
            batch = copy.deepcopy(data)
            _wait(device)
            start = time.perf_counter()
            [sample] = model.test_step(batch)
            _wait(device)
            times.append(1000 * (time.perf_counter() - start))
        if device.type == 'cuda':
            memory = torch.cuda.max_memory_allocated(device)
        else:
            memory = _status_bytes('VmHWM') - before
        with FlopCounterMode(display=False) as counter:
            model.test_step(copy.deepcopy(data))
    return dict(
        parameters=parameters,
        flops=counter.get_total_flops(),
        ms=median(times[setup.warm_up :]),
        boxes=len(sample.pred_instances) if 'pred_instances' in sample else None,
        memory=memory,
    )


def evaluate(
    config: Path, options: dict | None, checkpoint: str, split: str, work_dir: Path, setup: Setup
) -> dict[str, float]:
    """The metrics of a checkpoint on ``'val'`` or ``'test'``; none if the config has no such part.

    Of the setup, device and threads count.

    Raises:
        UserError: The data are not there, or the checkpoint is of another network.
    """
    cfg = load_config(config, options)
    if cfg.get(f'{split}_dataloader') is None:
        return {}
    cfg.test_dataloader, cfg.test_evaluator = cfg[f'{split}_dataloader'], cfg[f'{split}_evaluator']
    cfg.update(load_from=checkpoint, pretrained=None, work_dir=str(work_dir), log_level='ERROR')
    torch.set_num_threads(setup.threads)
    # A runner takes the kind of device that mmengine has found, and has no option for another.
    device = torch.device(setup.device)
    mmengine_device.DEVICE = device.type
    if device.type == 'cuda':
        torch.cuda.set_device(device)
    with contextlib.redirect_stdout(io.StringIO()):
        return RUNNERS.build(cfg).test()


def _load(config: Path, options: dict | None) -> Config:
    """A linked config; all that it imports is imported."""
    cfg = load_config(config, options)
    cfg.pretrained = None
    init_default_scope('mmdet')
    return link_tasks(cfg)


def _build(cfg: Config, checkpoint: str | None) -> torch.nn.Module:
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    if checkpoint is not None:
        weights = load_checkpoint_file(checkpoint)
        check_architecture(model, weights, checkpoint)
        model.load_state_dict(weights['state_dict'], strict=False)  # but for the balancer
    return model


def _batch(setup: Setup) -> dict[str, list]:
    """One image as a data loader gives it: (3, H, W), BGR, uint8."""
    height, width = setup.size
    if setup.image is None:
        image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    else:
        image = mmcv.imresize(read_image(setup.image), (width, height))
    shapes = dict(img_shape=setup.size, ori_shape=setup.size, scale_factor=(1.0, 1.0))
    inputs = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
    return dict(inputs=[inputs], data_samples=[DetDataSample(metainfo=dict(shapes, img_id=0))])


def _hold_objects(model: torch.nn.Module, setup: Setup) -> None:
    """Whoever finds objects does its work, and then these are taken for what it found."""
    boxes = _spread_boxes(setup.objects, setup.size)
    finder = getattr(model, 'finder', None)
    if finder is None:
        raise UserError('--objects: a network finds no objects, or is not a MultiTaskNet')
    roi_head = model.roi_head
    owner, name = (roi_head, 'predict_bbox') if model.refines else (finder, 'predict')
    find = getattr(owner, name)

    def found(*args, **kwargs) -> list[InstanceData]:
        return [
            InstanceData(
                bboxes=boxes.to(result.bboxes),
                labels=result.labels.new_zeros(len(boxes)),
                scores=result.scores.new_full((len(boxes),), 0.9),
            )
            for result in find(*args, **kwargs)
        ]

    setattr(owner, name, found)


def _spread_boxes(count: int, size: tuple[int, int]) -> torch.Tensor:
    """Boxes (count, 4) in rows on an image of this size, side by side."""
    height, width = size
    columns = math.ceil(math.sqrt(count))
    index = torch.arange(count)
    step = torch.tensor([width, height]) / columns
    corners = torch.stack([index % columns, index // columns], 1) * step
    return torch.cat([corners, corners + 0.9 * step], 1)


def _wait(device: torch.device) -> None:
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def _forget_peak() -> int:
    """What this process takes now, in bytes, from where its peak is counted if Linux allows it."""
    with contextlib.suppress(OSError):
        Path('/proc/self/clear_refs').write_text('5')  # sets VmHWM to VmRSS, see proc(5)
    return _status_bytes('VmRSS')


def _status_bytes(key: str) -> int:
    """An entry of Linux' table on this process. (A child inherits the peak of ``getrusage``.)"""
    lines = Path('/proc/self/status').read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f'{key}:')) * 1024
