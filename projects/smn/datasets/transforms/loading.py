"""From parsed annotations to arrays."""

from __future__ import annotations

from mmdet.datasets.transforms import LoadAnnotations
from mmdet.registry import TRANSFORMS

from ..labels import load_labels


@TRANSFORMS.register_module()
class LoadTaskAnnotations(LoadAnnotations):
    """Load boxes, class labels and the labels of all tasks of the data set.

    Required keys: ``instances``, ``tasks``, ``ori_shape``. Added keys: ``gt_bboxes``,
    ``gt_bboxes_labels``, ``gt_ignore_flags``, and ``gt_masks``, the labels of all tasks as one
    :class:`~projects.smn.datasets.labels.InstanceLabels`.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(with_mask=True, **kwargs)

    def _load_masks(self, results: dict) -> None:
        results['gt_masks'] = load_labels(
            results['instances'], results['tasks'], *results['ori_shape']
        )
