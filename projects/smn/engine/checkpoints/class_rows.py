"""Which rows of the parameters of MMDetection's heads are about which class of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from mmdet.models.roi_heads.bbox_heads import BBoxHead
from mmdet.registry import MODELS
from torch import nn

BACKGROUND = '<background>'


class Layout(NamedTuple):
    """How the rows of a parameter follow from the classes.

    Args:
        each: Rows of each class: one for each anchor, or for each side of a box.
        background: Rows of the background.
        together: Whether the rows of a class are neighbours; else all classes are repeated.
    """

    each: int
    background: int
    together: bool = False

    def rows(self, classes: Sequence[str]) -> tuple[str, ...]:
        """The class of each row."""
        if self.together:
            return tuple(name for name in classes for _ in range(self.each))
        return (*classes, *[BACKGROUND] * (self.background // self.each)) * self.each


def class_layouts(model: nn.Module, config: Mapping[str, Any]) -> dict[str, Layout | None]:
    """The parameters that are about classes, in the head that finds objects and in box heads.

    Args:
        model: With ``classes``.
        config: Of it, linked.

    Returns:
        Name to layout; ``None`` where a loss has rows of its own, which no layout here explains.
    """
    found = {}
    for name, module in model.named_modules():
        if isinstance(module, BBoxHead):
            found |= {f'{name}.{key}': layout for key, layout in _of_box_head(module)}
    if config.get('bbox_head'):
        of_dense = _of_dense_head(model.bbox_head, config['bbox_head'], len(model.classes))
        found |= {f'bbox_head.{key}': layout for key, layout in of_dense}
    return found


def _of_box_head(head: BBoxHead) -> Iterator[tuple[str, Layout | None]]:
    for key in head.state_dict():
        if key.startswith('fc_cls.'):
            yield key, None if head.custom_cls_channels else Layout(1, 1)
        elif key.startswith('fc_reg.') and not head.reg_class_agnostic:
            yield key, Layout(head.bbox_coder.encode_size, 0, together=True)


def _of_dense_head(
    head: nn.Module, config: Mapping[str, Any], count: int
) -> Iterator[tuple[str, Layout | None]]:
    """Each kind calls its layers otherwise: what grows in a twin with one class more is one."""
    options = dict(num_classes=count + 1, train_cfg=None, test_cfg=None)
    try:
        with torch.random.fork_rng(devices=[]):  # so that a training goes the same way without it
            larger = MODELS.build(dict(config, **options)).state_dict()
    except Exception:  # a head of somebody's own, which has its reasons
        yield from ((key, None) for key in head.state_dict())
        return
    for key, value in head.state_dict().items():
        if value.shape != larger[key].shape:
            each = len(larger[key]) - len(value)
            background = len(value) - each * count
            wider = value.shape[1:] != larger[key].shape[1:]
            yield key, None if wider or background not in (0, each) else Layout(each, background)
