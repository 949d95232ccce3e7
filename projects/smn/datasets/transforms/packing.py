"""The last step of a pipeline."""

from __future__ import annotations

from mmcv.transforms import to_tensor
from mmdet.datasets.transforms import PackDetInputs
from mmdet.registry import TRANSFORMS
from mmengine.structures import InstanceData

from ..keypoints import Keypoints


@TRANSFORMS.register_module()
class PackTaskInputs(PackDetInputs):
    """``PackDetInputs`` that gives each task a field of its own in ``gt_instances``.

    With N objects: a mask task has ``BitmapMasks`` of N masks and ``<name>_labelled``, (N,) bool;
    a keypoint task a tensor (N, K, 3) of x, y, visibility; a classification task a tensor (N,) of
    class indices, -1 where not labelled; a regression task a tensor (N,), NaN where not labelled.
    ``areas`` (N,) is COCO's area, in pixels of the original image.

    Whether all objects of the image are labelled, ``complete``, is in the meta information of the
    sample whatever ``meta_keys`` says, and in that of ``gt_instances``, which is all that an
    assigner sees. It is true where nothing is known, as for an image to predict on.
    """

    def transform(self, results: dict) -> dict:
        packed = super().transform(results)
        sample = packed['data_samples']
        for instances in (sample.gt_instances, sample.ignored_instances):
            _spread(instances)
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
