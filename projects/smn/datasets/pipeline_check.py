"""Refuse a pipeline whose transforms would leave labels where they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mmcv import transforms as mmcv_transforms
from mmdet.datasets import transforms as mmdet_transforms
from mmengine.dataset import Compose

from projects.smn.errors import UserError, listing
from projects.smn.tasks import Task

from .transforms import (
    LoadImageFromFile,
    LoadTaskAnnotations,
    PackTaskInputs,
    RandomTranspose,
    TaskCopyPaste,
    TaskMosaic,
    TaskRandomAffine,
)

# Exact types, not subclasses: a subclass may do anything. FixScaleResize is not among them: it
# rounds the size of the image down, and that of masks to the nearest pixel.
MOVING = (
    mmdet_transforms.Resize,
    mmcv_transforms.RandomChoiceResize,
    mmcv_transforms.RandomResize,
    mmdet_transforms.RandomFlip,
    mmdet_transforms.RandomCrop,
    mmdet_transforms.Pad,
    RandomTranspose,
    TaskRandomAffine,
    TaskMosaic,
    TaskCopyPaste,
)
# These leave the geometry alone, or decide only which other transforms run.
HARMLESS = (
    mmdet_transforms.LoadImageFromNDArray,
    LoadImageFromFile,
    LoadTaskAnnotations,
    PackTaskInputs,
    mmdet_transforms.PhotoMetricDistortion,
    mmdet_transforms.YOLOXHSVRandomAug,
    mmdet_transforms.AutoContrast,
    mmdet_transforms.Brightness,
    mmdet_transforms.Color,
    mmdet_transforms.Contrast,
    mmdet_transforms.Equalize,
    mmdet_transforms.Posterize,
    mmdet_transforms.Sharpness,
    mmdet_transforms.Solarize,
    mmcv_transforms.Normalize,
    Compose,
    mmcv_transforms.Compose,
    mmcv_transforms.RandomApply,
    mmcv_transforms.RandomChoice,
)


def check_pipeline(transforms: Iterable, tasks: Mapping[str, Task]) -> None:
    """Check every transform, also those inside others.

    A transform of your own takes part by a class attribute ``moves_task_labels = True``.

    Raises:
        UserError: If one could leave the labels of a task behind. A transform that only drops
            objects would too: the labels that are left would belong to other objects.
    """
    if not tasks:
        return
    for transform in _walk(transforms):
        known = type(transform) in MOVING + HARMLESS
        if not known and not getattr(transform, 'moves_task_labels', False):
            raise UserError(
                f'the pipeline has {type(transform).__name__}, which does not move the labels of '
                f'{listing(tasks)}; use {listing((cls.__name__ for cls in MOVING), 20)}'
            )
        if getattr(transform, 'recompute_bbox', False):
            raise UserError(
                'RandomCrop(recompute_bbox=True) would take the boxes of objects without a mask'
            )


def _walk(transforms: Iterable) -> Iterator:
    for transform in transforms:
        yield transform
        yield from _walk(getattr(transform, 'transforms', ()))
        if hasattr(transform, 'resize'):  # what RandomChoiceResize and RandomResize call
            yield from _walk([transform.resize])
