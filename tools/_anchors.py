"""The anchors of a config's dense head, laid out and matched as in training."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import mmcv
import numpy as np
import torch
from mmdet.models.task_modules.assigners import MaxIoUAssigner
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.structures import InstanceData
from torch import nn

from projects.smn.errors import UserError
from projects.smn.visualization.anchors import draw_layout, draw_matches

MIN_WIDTH = 640  # of a panel in pixels, so that its line of text fits


def write_anchors(cfg: Config, packed: dict, out_dir: Path) -> list[Path]:
    """Draw the anchors for one training image.

    The network is built with random weights: only the sizes of its feature maps are asked for.

    Args:
        cfg: A linked config.
        packed: What the training pipeline makes of the image.
        out_dir: Gets ``anchors_layout.jpg`` and ``anchors_matches.jpg``.

    Raises:
        UserError: If the network has no dense head whose anchors are matched by overlap alone.
    """
    cfg.model.backbone.pop('init_cfg', None)
    model = MODELS.build(cfg.model).eval()
    head = model.finder
    if head is None:
        raise UserError(f'{cfg.filename}: this network has no head with anchors')
    assigner = getattr(head, 'assigner', None)
    if not isinstance(getattr(assigner, 'assigner', assigner), MaxIoUAssigner):
        raise UserError(
            f'{cfg.filename}: {type(head).__name__} does not match anchors to objects by their '
            'overlap alone, which is what is drawn'
        )
    batch = dict(inputs=[packed['inputs']], data_samples=[packed['data_samples']])
    data = model.data_preprocessor(batch, training=True)
    sizes = _map_sizes(model, head, data)
    anchors = head.prior_generator.grid_priors(sizes, device='cpu')
    truth = data['data_samples'][0].gt_instances
    boxes = getattr(truth.bboxes, 'tensor', truth.bboxes)
    truth = InstanceData(bboxes=boxes, labels=torch.zeros_like(truth.labels))
    assigned = assigner.assign(InstanceData(priors=torch.cat(anchors)), truth).gt_inds
    image = rgb_of(packed).copy()
    scale = math.ceil(MIN_WIDTH / image.shape[1])
    image = mmcv.imrescale(image, float(scale))
    levels = [level.numpy() * scale for level in anchors]
    pictures = dict(
        layout=draw_layout(image, levels, sizes, scale),
        matches=draw_matches(image, boxes.numpy() * scale, levels, assigned.numpy()),
    )
    paths = []
    for name, picture in pictures.items():
        paths.append(out_dir / f'anchors_{name}.jpg')
        mmcv.imwrite(picture[..., ::-1], str(paths[-1]), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return paths


def rgb_of(packed: dict) -> np.ndarray:
    """The image that a network is given, (H, W, 3) of uint8; transforms of colour leave floats."""
    image = packed['inputs'].permute(1, 2, 0).numpy()[..., ::-1]
    return image.round().clip(0, 255).astype(np.uint8)


@torch.no_grad()
def _map_sizes(model: nn.Module, head: nn.Module, data: dict) -> list[tuple[int, int]]:
    """(rows, columns) of the maps that the head answers on, read off its answers."""
    sizes = []

    def note(head: nn.Module, inputs: tuple, outputs: tuple) -> None:
        sizes[:] = [tuple(scores.shape[-2:]) for scores in outputs[0]]

    with head.register_forward_hook(note):
        model(**data, mode='tensor')
    return sizes
