"""From parsed annotations to arrays."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mmdet.datasets.transforms import LoadAnnotations
from mmdet.registry import TRANSFORMS
from mmengine.fileio import get

from projects.smn.errors import UserError

from ..labels import TaskLabels


@TRANSFORMS.register_module()
class LoadTaskAnnotations(LoadAnnotations):
    """Load boxes, class labels and the labels of all tasks of the data set.

    Required keys: ``instances``, ``image_labels``, ``tasks``, ``height``, ``width``,
    ``ori_shape``. Added keys: ``gt_bboxes``, ``gt_bboxes_labels``, ``gt_ignore_flags``, and
    ``gt_masks``, the labels of all tasks as one :class:`~projects.smn.datasets.TaskLabels`.

    Raises:
        UserError: If the image has another size than its annotation says: the labels would lie
            elsewhere. If a semantic map cannot be read or does not fit.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(with_mask=True, **kwargs)

    def transform(self, results: dict) -> dict:
        said, found = (results['height'], results['width']), tuple(results['ori_shape'])
        if said != found:
            raise UserError(
                f'{results["img_path"]} has {found[1]} x {found[0]} pixels, its annotation says '
                f'{said[1]} x {said[0]}: was it resized, or turned by its EXIF orientation?'
            )
        return super().transform(results)

    def _load_masks(self, results: dict) -> None:
        labels = TaskLabels.load(
            results['instances'],
            results['image_labels'],
            results['tasks'],
            tuple(results['ori_shape']),
            partial(get, backend_args=self.backend_args),
        )
        # The image may be resized already.
        results['gt_masks'] = replace(labels, scale=results.get('scale_factor', labels.scale))
