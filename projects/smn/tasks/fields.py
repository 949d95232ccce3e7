"""The answers for one image as plain arrays, and as records and rows that can be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from mmdet.structures.bbox import BaseBoxes
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData, PixelData

from .base import Task, tasks_per
from .mask import MaskTask, encode_mask

Fields = dict[str, np.ndarray]


def to_fields(instances: InstanceData | PixelData | Mapping[str, Any]) -> Fields:
    """Ground truth or predictions of one image as NumPy arrays, N objects first in each.

    ``bboxes`` (N, 4) are x1, y1, x2, y2 in pixels; ``labels`` (N,); ``scores`` (N,) of
    predictions; then one field per task, and ``<mask task>_labelled`` (N,) of ground truth.
    """
    fields = {}
    for name, value in instances.items():
        if isinstance(value, BaseBoxes):
            value = value.tensor
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu().numpy()
        elif isinstance(value, BitmapMasks):
            value = value.masks.astype(bool)
        fields[name] = value
    return fields


def to_image_fields(sample: Mapping[str, Any], side: str) -> Fields:
    """The answers about the whole image as NumPy arrays, with 1 as first dimension.

    Args:
        sample: A data sample, or what ``to_dict`` makes of one.
        side: ``'gt'`` or ``'pred'``.
    """
    parts = (sample.get(f'{side}_image'), sample.get(f'{side}_sem_seg'))
    return {k: v for part in parts if part is not None for k, v in to_fields(part).items()}


def to_records(
    fields: Fields,
    classes: tuple[str, ...],
    tasks: Mapping[str, Task],
    image: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """COCO result records, one per object.

    Each has what ``image`` holds (``image_id``, ``file_name``, ...), ``category_id`` (the class
    label plus 1), ``category``, ``bbox`` (x, y, width, height), ``score``, then the tasks: mask
    tasks as RLE, under ``segmentation`` or in ``masks``; keypoints as ``[x, y, score, ...]``;
    classifications and regressions in ``attributes``.
    """
    for index in range(len(fields['bboxes'])):
        x1, y1, x2, y2 = (float(value) for value in fields['bboxes'][index])
        label = int(fields['labels'][index])
        record = dict(
            image,
            category_id=label + 1,
            category=classes[label],
            bbox=[round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)],
            score=round(float(fields['scores'][index]), 4),
        )
        for task in tasks_per('object', tasks).values():
            value = task.to_json(fields, index)
            if value is not None:
                _place(record, task, value)
        yield record


def to_image_record(
    fields: Fields, tasks: Mapping[str, Task], image: Mapping[str, Any]
) -> dict[str, Any]:
    """What is said about the whole image, as one record.

    It has what ``image`` holds, then the tasks: classifications and regressions in
    ``attributes``, boxes as x, y, width, height in ``boxes``, semantic maps as class to RLE in
    ``maps``.

    Args:
        fields: Of :func:`to_image_fields`.
        tasks: All tasks of the network.
        image: What else the record says.
    """
    record = dict(image)
    for name, task in tasks_per('image', tasks).items():
        if name in fields and (value := task.to_json(fields, 0)) is not None:
            _place(record, task, value)
    return record


def _place(record: dict[str, Any], task: Task, value: Any) -> None:
    """Put a task's value where the annotation format has it."""
    *outer, key = task.answer_path
    for name in outer:
        record = record.setdefault(name, {})
    record[key] = value


def to_rows(
    fields: Fields,
    classes: tuple[str, ...],
    tasks: Mapping[str, Task],
    image: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Table rows, one per object, with the columns of :func:`row_columns`."""
    for index in range(len(fields['bboxes'])):
        row = dict(
            image,
            object=index,
            **{'class': classes[int(fields['labels'][index])]},
            score=round(float(fields['scores'][index]), 4),
        )
        corners = (round(float(value), 1) for value in fields['bboxes'][index])
        row.update(zip(BOX_COLUMNS, corners, strict=True))
        for task in tasks_per('object', tasks).values():
            row.update(task.to_columns(fields, index))
        yield row


def to_image_row(
    fields: Fields, tasks: Mapping[str, Task], image: Mapping[str, Any]
) -> dict[str, Any]:
    """What is said about the whole image, as a table row; see :func:`to_image_record`."""
    row = dict(image)
    for name, task in tasks_per('image', tasks).items():
        if name in fields:
            row.update(task.to_columns(fields, 0))
    return row


BOX_COLUMNS = ('x1 (px)', 'y1 (px)', 'x2 (px)', 'y2 (px)')


def row_columns(tasks: Mapping[str, Task]) -> list[str]:
    """The header of the table of objects: units in brackets."""
    columns = ['file_name', 'object', 'class', 'score', *BOX_COLUMNS]
    asked = tasks_per('object', tasks).values()
    return columns + [column for task in asked for column in task.columns()]


def image_row_columns(tasks: Mapping[str, Task]) -> list[str]:
    """The header of the table of images: units in brackets."""
    asked = tasks_per('image', tasks).values()
    return ['file_name', *(column for task in asked for column in task.columns())]


def compress_masks(fields: Fields, tasks: Mapping[str, Task]) -> Fields:
    """The same fields with every mask as RLE, so that a whole test set fits in memory."""
    masks = {
        task.name: [encode_mask(mask) for mask in fields[task.name]]
        for task in tasks.values()
        if isinstance(task, MaskTask) and task.name in fields
    }
    return {**fields, **masks}
