"""Scenes as COCO: what is known about objects and images, in the project's annotation format.

Per fruit ``segmentation`` is the visible part of the body, without the stem; ``keypoints`` are head
and tail, the two ends of the centre line, with visibility 2, or 1 where another fruit covers them;
``masks`` has the ``spine``; ``attributes`` has the grades as strings and the length in mm.
Per image ``seg_map`` names the file of :func:`semantic_map`, and ``attributes`` has the ``table``.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from pycocotools import mask as rle

from .fruit_scene import FruitScene
from .fruit_shape import MM_PER_PX
from .layout import ends_visible, visible_masks

CATEGORIES = [
    {'id': 1, 'name': 'cucumber', 'keypoints': ['head', 'tail'], 'skeleton': [[1, 2]]},
    {'id': 2, 'name': 'color_board'},
]
CUCUMBER, COLOR_BOARD = 1, 2
SURFACES = ('table', 'cucumber', 'color_board')
"""The classes of semantic maps; a category has the place of its id."""
NO_SURFACE = 255
"""In semantic maps, what is not labelled."""


def object_labels(scene: FruitScene) -> list[dict]:
    """Annotations of one image, fruits first, still without ``id`` and ``image_id``."""
    visible = visible_masks(scene.fruits, scene.height, scene.width)
    labels = [_fruit_labels(scene, index, mask) for index, mask in enumerate(visible)]
    return [*labels, _mask_labels(scene.board.mask(scene.height, scene.width), COLOR_BOARD)]


def _fruit_labels(scene: FruitScene, index: int, visible: np.ndarray) -> dict:
    fruit = scene.fruits[index]
    shape = fruit.shape
    spine = visible & fruit.on_image(fruit.spine, scene.height, scene.width)
    keypoints: list[float] = []
    ends = shape.head, shape.tail
    for (x, y), seen in zip(ends, ends_visible(scene.fruits, index), strict=True):
        keypoints += [round(x, 2), round(y, 2), 2 if seen else 1]
    return {
        **_mask_labels(visible, CUCUMBER),
        'keypoints': keypoints,
        'num_keypoints': 2,
        'masks': {'spine': encode(spine)},
        'attributes': {
            'neck': str(shape.neck),
            'rating': str(shape.rating),
            'length': shape.length_mm,
        },
    }


def semantic_map(scene: FruitScene) -> np.ndarray:
    """Positions in :data:`SURFACES`, (height, width) uint8; stems, as ever, carry no label."""
    board = scene.board.mask(scene.height, scene.width)
    surfaces = np.where(board, COLOR_BOARD, 0).astype(np.uint8)
    for fruit in scene.fruits:
        window = surfaces[fruit.window]
        window[fruit.stem] = NO_SURFACE
        window[fruit.body] = CUCUMBER
    return surfaces


def _mask_labels(mask: np.ndarray, category: int) -> dict:
    """The keys that follow from a mask (h, w) alone."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    x, y = int(columns[0]), int(rows[0])
    return {
        'category_id': category,
        'bbox': [x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y],
        'area': int(mask.sum()),
        'iscrowd': 0,
        'segmentation': encode(mask),
    }


def encode(mask: np.ndarray) -> dict:
    """Compressed RLE of a mask (h, w), ready for JSON."""
    encoded = rle.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {'size': [int(side) for side in mask.shape], 'counts': encoded['counts'].decode()}


def coco_file(images: Iterable[dict], info: dict) -> dict:
    """The content of a COCO file; ids count from 1 over the file.

    Args:
        images: per image the keys of its record but for ``id``, and ``objects``, the labels of
            :func:`object_labels`.
        info: what to say about the data set beside the scale.
    """
    content = {
        'info': {**info, 'mm_per_px': MM_PER_PX, 'semantic_classes': list(SURFACES)},
        'licenses': [],
        'images': [],
        'categories': CATEGORIES,
        'annotations': [],
    }
    for image_id, image in enumerate(images, start=1):
        record = {key: value for key, value in image.items() if key != 'objects'}
        content['images'].append({'id': image_id, **record})
        for labels in image['objects']:
            ids = {'id': len(content['annotations']) + 1, 'image_id': image_id}
            content['annotations'].append({**ids, **labels})
    return content
