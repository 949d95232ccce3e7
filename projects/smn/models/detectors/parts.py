"""The parts of a detector that know of objects, and which of them make a network."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from mmdet.models.dense_heads import SSDHead
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from torch import nn

from projects.smn.errors import UserError, listing
from projects.smn.tasks import Task, tasks_per

from ..task_modules import spare_incomplete_images


def check_parts(
    rpn_head: Mapping | None,
    bbox_head: Mapping | None,
    roi_head: Mapping | None,
    tasks: Mapping[str, Task],
) -> None:
    """Refuse parts that do not make a network.

    Raises:
        UserError: If two parts find objects, or none does where objects are asked about, if boxes
            are only proposed, or if there is nothing to learn.
    """
    finds, refines = rpn_head or bbox_head, (roi_head or {}).get('bbox_head')
    if rpn_head and bbox_head:
        raise UserError('rpn_head and bbox_head both find objects: a network has one of them')
    if rpn_head and not refines:
        raise UserError(
            'rpn_head only proposes boxes: give the roi_head a bbox_head, or the network a dense '
            'bbox_head in place of the rpn_head'
        )
    if refines and (bbox_head or {}).get('norm_on_bbox'):
        raise UserError(
            'with norm_on_bbox=True, boxes of FCOSHead are in other units in training, so no box '
            'head can correct them: leave it out'
        )
    objects = tasks_per('object', tasks)
    if roi_head and (objects or refines) and not finds:
        raise UserError(
            f'nobody finds the objects that the roi_head is to answer about ({listing(objects)}): '
            'give the network a bbox_head, or an rpn_head and the roi_head a bbox_head'
        )
    if not tasks and not finds:
        raise UserError(
            'the network has no task and nobody who finds objects: there is nothing to learn'
        )


def build_part(
    config: Mapping | None, train_cfg: Mapping | None, test_cfg: Mapping | None, **options
) -> nn.Module | None:
    """A head that finds objects or answers about them, if there is a config of it."""
    if not config:
        return None
    head = MODELS.build(dict(config, train_cfg=train_cfg, test_cfg=test_cfg, **options))
    spare_incomplete_images(head)
    if isinstance(head, SSDHead):
        head.loss_cls = None  # mmdet asks it for one, and it has none
    return head


def part_of(cfg: Mapping | None, key: str, needed: Mapping | None) -> Mapping | None:
    """The part of ``train_cfg`` or ``test_cfg`` for one head, ``None`` if there is none.

    Raises:
        UserError: If there is none and the head, if it exists, cannot do without.
    """
    if cfg is not None and needed and key not in cfg:
        raise UserError(f'train_cfg and test_cfg need {key!r} for {needed["type"]}')
    return cfg and cfg.get(key)


def of_one_class(sample: DetDataSample) -> DetDataSample:
    """A sample whose objects are boxes of one class; nothing large is copied."""
    truth, copy = sample.gt_instances, sample.new()
    labels = torch.zeros_like(truth.labels)
    copy.gt_instances = truth.new(bboxes=truth.bboxes, labels=labels)
    return copy
