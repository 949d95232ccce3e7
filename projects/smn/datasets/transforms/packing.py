"""The last step of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmcv.transforms import to_tensor
from mmdet.datasets.transforms import PackDetInputs
from mmdet.registry import TRANSFORMS
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from projects.smn.tasks import Geometry, Task


@TRANSFORMS.register_module()
class PackTaskInputs(PackDetInputs):
    """``PackDetInputs`` that gives each task a field of its own in ``gt_instances``.

    With N objects: a mask task has ``BitmapMasks`` of N masks and ``<name>_labelled``, (N,) bool;
    a keypoint task a tensor (N, K, 3) of x, y, visibility; a classification task a tensor (N,) of
    class indices, -1 where not labelled; a regression task a tensor (N,), NaN where not labelled.
    ``areas`` (N,) is COCO's area, in pixels of the original image.

    What is labelled of the whole image is in ``gt_image``, of length 1: a classification (1,), a
    regression (1,), a box (1, 4) of x1, y1, x2, y2, NaN where not labelled. A semantic map is a
    field (1, H, W) of ``gt_sem_seg``, all 255 where not labelled.

    Of which classes all objects of the image are boxed, ``complete``, is in the meta information
    of the sample whatever ``meta_keys`` says, and in that of ``gt_instances``, which is all that an
    assigner sees. It is true where nothing is known, as for an image to predict on.
    """

    def transform(self, results: dict) -> dict:
        if results.get('gt_masks') is not None:
            # Of all that enlarged the image; that of mmcv is of its last Resize.
            results['scale_factor'] = results['gt_masks'].scale
        results.setdefault('scale_factor', (1.0, 1.0))  # of a pipeline that does not resize
        packed = super().transform(results)
        sample = packed['data_samples']
        for instances in (sample.gt_instances, sample.ignored_instances):
            if 'masks' in instances:
                instances.set_data(_packed(instances.pop('masks').objects, results['tasks']))
        if 'gt_masks' in results:
            _add_image_labels(sample, results['gt_masks'].image, results['tasks'])
        complete = dict(complete=results.get('complete', True))
        sample.set_metainfo(complete)
        sample.gt_instances.set_metainfo(complete)
        return packed


def _packed(fields: Mapping[str, Geometry], tasks: Mapping[str, Task]) -> dict[str, Any]:
    """The fields of a sample; what is of no task, such as ``areas``, as it is."""
    packed: dict[str, Any] = {}
    for name, field in fields.items():
        packed |= tasks[name].pack(field) if name in tasks else {name: field.values}
    return {
        name: to_tensor(np.ascontiguousarray(value)) if isinstance(value, np.ndarray) else value
        for name, value in packed.items()
    }


def _add_image_labels(
    sample: DetDataSample, fields: Mapping[str, Geometry], tasks: Mapping[str, Task]
) -> None:
    """The fields of the whole image, each in the part of the sample that its task names."""
    for part in dict.fromkeys(tasks[name].part for name in fields):
        of_part = {name: field for name, field in fields.items() if tasks[name].part == part}
        container = PixelData if part == 'sem_seg' else InstanceData
        sample.set_field(container(**_packed(of_part, tasks)), f'gt_{part}')
