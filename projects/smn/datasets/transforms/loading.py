"""From files and parsed annotations to arrays."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import mmcv.transforms
import numpy as np
from mmdet.datasets.transforms import LoadAnnotations
from mmdet.registry import TRANSFORMS
from mmdet.structures.bbox import HorizontalBoxes
from mmengine.fileio import get

from projects.smn.errors import UserError
from projects.smn.reading import ImageError, read_picture
from projects.smn.reading.orientation import MOVES, SWAPS_SIDES

from ..image_files import other_size, swapped
from ..labels import TaskLabels


@TRANSFORMS.register_module()
class LoadImageFromFile(mmcv.transforms.LoadImageFromFile):
    """Open an image as everybody here does, see ``docs/data.md``: upright, in colours of 8 bits.

    Takes the place of mmcv's transform of this name in MMDetection's configs.

    Required keys: ``img_path``. Added keys: ``img``, ``img_shape``, ``ori_shape``, and
    ``orientation``, EXIF's number before the image was turned.

    Raises:
        UserError: If it is no image, or one that is not read; or if an option asks for something
            else than colours.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.color_type != 'color' or self.imdecode_backend not in ('cv2', None):
            raise UserError(
                f"LoadImageFromFile: color_type must be 'color' and imdecode_backend 'cv2', not "
                f'{self.color_type!r} and {self.imdecode_backend!r}'
            )

    def transform(self, results: dict) -> dict | None:
        path = results['img_path']
        try:
            pixels, orientation = read_picture(get(path, self.backend_args))
        except (ImageError, OSError) as error:
            if self.ignore_empty:
                return None
            what = error if isinstance(error, ImageError) else 'cannot be read'
            raise UserError(f'{path} {what}') from None
        results['img'] = pixels.astype(np.float32) if self.to_float32 else pixels
        results['img_shape'] = results['ori_shape'] = pixels.shape[:2]
        results['orientation'] = orientation
        return results


@TRANSFORMS.register_module()
class LoadTaskAnnotations(LoadAnnotations):
    """Load boxes, class labels and the labels of all tasks of the data set.

    Required keys: ``instances``, ``image_labels``, ``tasks``, ``height``, ``width``,
    ``ori_shape``; ``drawn`` and ``orientation`` where labels lie on the picture before EXIF turns
    it. Added keys: ``gt_bboxes``, ``gt_bboxes_labels``, ``gt_ignore_flags``, and ``gt_masks``, the
    labels of all tasks as one :class:`~projects.smn.datasets.TaskLabels`.

    Raises:
        UserError: If the image has another size than its annotation says: the labels would lie
            elsewhere. If a semantic map cannot be read or does not fit.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(with_mask=True, **kwargs)

    def transform(self, results: dict) -> dict:
        said, found = (results['height'], results['width']), tuple(results['ori_shape'])
        turns = results.get('orientation', 1)
        stored = results.get('drawn') == 'stored'
        if (said[::-1] if stored and turns >= SWAPS_SIDES else said) != found:
            path, pixels = results['img_path'], said[::-1]
            if said == found[::-1] and turns >= SWAPS_SIDES:
                raise UserError(swapped(path, pixels))
            raise UserError(other_size(path, found[::-1], pixels))
        results = super().transform(results)
        if stored:
            # All labels lie on the stored picture until here; the boxes are among them.
            results['gt_bboxes'] = HorizontalBoxes(results['gt_masks'].boxes.values.copy())
        return results

    def _load_masks(self, results: dict) -> None:
        labels = TaskLabels.load(
            results['instances'],
            results['image_labels'],
            results['tasks'],
            (results['height'], results['width']),
            partial(get, backend_args=self.backend_args),
        )
        if results.get('drawn') == 'stored':
            labels = _upright(labels, results.get('orientation', 1))
        # The image may be resized already.
        results['gt_masks'] = replace(labels, scale=results.get('scale_factor', labels.scale))


def _upright(labels: TaskLabels, orientation: int) -> TaskLabels:
    transposed, mirror = MOVES[orientation]
    labels = labels.transpose() if transposed else labels
    return labels.flip(mirror) if mirror else labels
