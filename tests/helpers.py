"""A tiny data set with every kind of label, for all tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from yapf.yapflib import yapf_api

from projects.smn.datasets import CocoTaskDataset

CLASSES = ('fruit', 'card')
TASKS = dict(
    mask=dict(type='MaskTask'),
    spine=dict(type='MaskTask', of=('fruit',)),
    ends=dict(
        type='KeypointTask',
        of=('fruit',),
        points=('left', 'right'),
        flip_pairs=(('left', 'right'),),
    ),
    neck=dict(type='ClassificationTask', of=('fruit',), classes=('1', '2', '3'), ordinal=True),
    colour=dict(type='ClassificationTask', classes=('grey', 'blue')),
    length=dict(type='RegressionTask', of=('fruit',), unit='mm', mean=180.0, std=45.0),
)
WIDTH, HEIGHT = 64, 48


def leave_configs_unformatted() -> None:
    """A training has its config formatted six times, which takes half of what a tiny one takes.

    For this process alone: the tools that tests start format theirs.
    """
    yapf_api.FormatCode = lambda text, **_: (text, False)


def make_tiny_coco(root: Path) -> Path:
    """Write ``annotations/train.json`` and ``train/1.png`` to ``3.png``, 64 x 48 pixels each.

    Every image shows a fruit, a grey L with a red spot at its left end and a green one at its
    right end, and a card, a blue rectangle. Images 1 and 2 have all labels, image 3 only boxes.

    Returns:
        ``root``, the ``data_root`` of a data set with ``data_prefix=dict(img='train/')``.
    """
    (root / 'train').mkdir(parents=True)
    images, annotations = [], []
    for number in (1, 2, 3):
        name = f'{number}.png'
        images.append(dict(id=number, file_name=name, width=WIDTH, height=HEIGHT))
        shift = 2 * number - 2
        draw_picture(root / 'train' / name, shift)
        for annotation in (fruit(shift), card(shift)):
            if number == 3:
                annotation = {key: annotation[key] for key in ('category_id', 'bbox', 'area')}
            annotations.append(
                dict(annotation, id=len(annotations) + 1, image_id=number, iscrowd=0)
            )
    categories = [dict(id=number, name=name) for number, name in enumerate(CLASSES, 1)]
    categories[0]['keypoints'] = ['left', 'right']
    write_coco(root, dict(images=images, annotations=annotations, categories=categories))
    return root


def write_coco(root: Path, content: Any) -> Path:
    """Write ``annotations/train.json`` below ``root``."""
    path = root / 'annotations' / 'train.json'
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), 'utf-8')
    return path


def read_coco(root: Path) -> dict[str, Any]:
    """The content of ``annotations/train.json`` below ``root``."""
    return json.loads((root / 'annotations' / 'train.json').read_text('utf-8'))


def fruit(shift: int = 0) -> dict[str, Any]:
    """The annotation of an L whose corner is below its left end, with all labels."""
    s = shift
    outline = [8, 8, 20, 8, 20, 28, 36, 28, 36, 40, 8, 40]
    return dict(
        category_id=1,
        bbox=[8 + s, 8 + s, 28, 32],
        area=576,
        segmentation=[[value + s for value in outline]],
        masks=dict(spine=[[12 + s, 10 + s, 16 + s, 10 + s, 16 + s, 38 + s, 12 + s, 38 + s]]),
        keypoints=[14.5 + s, 13.5 + s, 2, 30.5 + s, 34.5 + s, 1],
        attributes=dict(neck=str(1 + s % 3), colour='grey', length=150.5 + s),
    )


def card(shift: int = 0) -> dict[str, Any]:
    """The annotation of a rectangle to the upper right, with all labels that a card has."""
    x, y = 42 + shift, 4 + shift
    return dict(
        category_id=2,
        bbox=[x, y, 16, 12],
        area=192,
        segmentation=[[x, y, x + 16, y, x + 16, y + 12, x, y + 12]],
        attributes=dict(colour='blue'),
    )


def draw_picture(path: Path, shift: int = 0) -> None:
    """Draw what :func:`fruit` and :func:`card` annotate, on black."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)

    def paint(x1: int, y1: int, x2: int, y2: int, colour: tuple[int, int, int]) -> None:
        picture[y1 + shift : y2 + shift, x1 + shift : x2 + shift] = colour

    paint(8, 8, 20, 40, (120, 120, 120))
    paint(8, 28, 36, 40, (120, 120, 120))
    paint(10, 9, 19, 18, (255, 0, 0))
    paint(26, 30, 35, 39, (0, 255, 0))
    paint(42, 4, 58, 16, (0, 0, 255))
    Image.fromarray(picture).save(path)


def make_dataset(root: Path, *transforms: dict, **options: Any) -> CocoTaskDataset:
    """The data set below ``root``, with ``transforms`` between loading and packing.

    Args:
        root: A data root, see :func:`make_tiny_coco`.
        transforms: Configs of transforms.
        options: ``classes`` and ``tasks`` in place of those of this file; further options of
            ``CocoTaskDataset``.
    """
    metainfo = {key: options.pop(key, here) for key, here in _DECLARED.items()}
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='LoadTaskAnnotations'),
        *transforms,
        dict(type='PackTaskInputs'),
    ]
    # Serializing collects garbage, which takes longer than all else here.
    fixed = dict(pipeline=pipeline, serialize_data=False, data_prefix=dict(img='train/'))
    options = {**fixed, **options}
    return CocoTaskDataset(
        data_root=str(root),
        ann_file='annotations/train.json',
        metainfo=metainfo,
        **options,
    )


_DECLARED = dict(classes=CLASSES, tasks=TASKS)
