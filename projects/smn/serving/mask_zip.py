"""Every mask as a picture of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from projects.smn.engine import Prediction
from projects.smn.tasks import decode_mask


def mask_zip(predictions: Iterable[Prediction]) -> bytes:
    """A ZIP of PNG files, one for each mask and each semantic map.

    ``image000_object002_spine.png`` is 0 or 255; ``image000_<task>.png`` of a semantic map has
    the positions of the classes, as its labels do. Names come from the config and from counting,
    never from a client. Equal predictions give equal bytes.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, 'w') as archive:
        for number, prediction in enumerate(predictions):
            for name, values in _pictures(prediction):
                # A ZipInfo has a date of its own, a bare name the present time.
                entry = zipfile.ZipInfo(f'image{number:03d}_{name}.png')
                archive.writestr(entry, cv2.imencode('.png', values)[1].tobytes())
    return data.getvalue()


def _pictures(prediction: Prediction) -> Iterator[tuple[str, np.ndarray]]:
    for task in prediction.mask_tasks:
        for index in np.flatnonzero(task.applies(prediction.labels)).tolist():
            rle = prediction.objects[task.name][index]
            yield f'object{index:03d}_{task.name}', decode_mask(rle, *rle['size']) * 255
    for task in prediction.answered.values():
        if task.part == 'sem_seg':
            yield task.name, prediction.image[task.name][0].astype(np.uint8)
