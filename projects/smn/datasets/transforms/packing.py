"""The last step of a pipeline."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import to_tensor
from mmdet.datasets.transforms import PackDetInputs
from mmdet.registry import TRANSFORMS
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from ..image_labels import SemanticMap
from ..keypoints import Keypoints
from ..labels import TaskLabels


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

    Whether all objects of the image are labelled, ``complete``, is in the meta information of the
    sample whatever ``meta_keys`` says, and in that of ``gt_instances``, which is all that an
    assigner sees. It is true where nothing is known, as for an image to predict on.
    """

    def transform(self, results: dict) -> dict:
        packed = super().transform(results)
        sample = packed['data_samples']
        for instances in (sample.gt_instances, sample.ignored_instances):
            _spread(instances)
        if 'gt_masks' in results:
            _add_image_labels(sample, results['gt_masks'])
        complete = dict(complete=results.get('complete', True))
        sample.set_metainfo(complete)
        sample.gt_instances.set_metainfo(complete)
        return packed


def _spread(instances: InstanceData) -> None:
    if 'masks' not in instances:
        return
    labels = instances.pop('masks')
    for name, field in labels.geometry.items():
        instances[name] = to_tensor(field.points) if isinstance(field, Keypoints) else field
    for name, value in labels.values.items():
        instances[name] = to_tensor(value)


def _add_image_labels(sample: DetDataSample, labels: TaskLabels) -> None:
    """The fields of the whole image, if the data set has tasks of it."""
    maps, numbers = {}, {name: to_tensor(value) for name, value in labels.image_values.items()}
    for name, field in labels.image_geometry.items():
        if isinstance(field, SemanticMap):
            maps[name] = to_tensor(np.ascontiguousarray(field.values[None]))
        else:
            numbers[name] = to_tensor(field.corners[None])
    if maps:
        sample.gt_sem_seg = PixelData(**maps)
    if numbers:
        sample.gt_image = InstanceData(**numbers)
