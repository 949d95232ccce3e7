"""Warehouse scenes as files: COCO with semantic maps, or lists of triples.

Both layouts have ``images/*.jpg``. COCO has ``annotations/<split>.json`` and
``annotations/semantic/*.png``; triples have ``<split>.json``, ``masks/*.png`` and ``boxes/*.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from projects.smn.files import write_json

from .warehouse_scene import (
    CLASSES,
    GENERATOR_VERSION,
    SeenObject,
    WarehouseScene,
    render,
)
from .warehouse_shapes import LABELS

SPLITS = ('train', 'val', 'test')
COCO, TRIPLES = 'coco', 'triples'
LAYOUTS = {
    COCO: {'images', 'annotations', 'summary.json'},
    TRIPLES: {'images', 'masks', 'boxes', *(f'{split}.json' for split in SPLITS), 'summary.json'},
}
JPEG_QUALITY = 92


@dataclass
class WarehouseWriter:
    """Renders scenes to files below ``root``, a folder with ``images`` in it.

    Args:
        root: the folder.
        layout: one of :data:`LAYOUTS`.
        seed: another seed, other scenes.
        size: width and height of the images in pixels.

    Attributes:
        images, objects: how many were written; ids of COCO count through all splits.
    """

    root: Path
    layout: str
    seed: int
    size: tuple[int, int]
    images: int = 0
    objects: int = 0

    def write_split(self, split: str, indices: Iterable[int]) -> dict[str, int]:
        """Write the images of one split and their labels; the number of objects of each class."""
        write = self._coco if self.layout == COCO else self._triples
        scenes = (
            (f'{split}_{index + 1:06d}', render(self.seed, SPLITS.index(split), index, self.size))
            for index in indices
        )
        return write(split, scenes)

    def _coco(self, split: str, scenes: Iterable[tuple[str, WarehouseScene]]) -> dict[str, int]:
        maps = self._folder('annotations/semantic')
        images, annotations = [], []
        for name, scene in scenes:
            self.images += 1
            self._write_pictures(name, scene, maps)
            size = dict(zip(('width', 'height'), self.size, strict=True))
            files = {'file_name': f'{name}.jpg', **size, 'seg_map': f'{name}.png'}
            images.append({'id': self.images, **files})
            for seen in scene.objects:
                self.objects += 1
                ids = {'id': self.objects, 'image_id': self.images}
                annotations.append({**ids, **annotation(seen)})
        content = {
            'images': images,
            'annotations': annotations,
            'categories': [{'id': n, 'name': name} for n, name in enumerate(CLASSES, 1)],
            'info': {
                'semantic_classes': list(LABELS),
                'description': f'synthetic warehouse, {split}',
                'seed': self.seed,
                'version': str(GENERATOR_VERSION),
            },
        }
        write_json(self.root / 'annotations' / f'{split}.json', content)
        found = [CLASSES[label['category_id'] - 1] for label in annotations]
        return {name: found.count(name) for name in CLASSES}

    def _triples(self, split: str, scenes: Iterable[tuple[str, WarehouseScene]]) -> dict[str, int]:
        masks, boxes = self._folder('masks'), self._folder('boxes')
        triples, found = [], []
        for name, scene in scenes:
            self._write_pictures(name, scene, masks)
            rows = ''.join(f'{row(seen)}\n' for seen in scene.objects)
            (boxes / f'{name}.csv').write_text(rows, 'utf-8')
            triples.append([f'images/{name}.jpg', f'masks/{name}.png', f'boxes/{name}.csv'])
            found += [seen.label for seen in scene.objects]
        write_json(self.root / f'{split}.json', triples, indent=0)
        return {name: found.count(name) for name in CLASSES}

    def _write_pictures(self, name: str, scene: WarehouseScene, maps: Path) -> None:
        bgr = cv2.cvtColor(scene.photograph, cv2.COLOR_RGB2BGR)
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        _encode(self.root / 'images' / f'{name}.jpg', bgr, quality)
        _encode(maps / f'{name}.png', scene.semantic, [])

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def annotation(seen: SeenObject) -> dict:
    """The keys of a COCO annotation that need no ids."""
    _, _, width, height = seen.box
    place = {'bbox': list(seen.box), 'area': width * height, 'iscrowd': 0}
    return {'category_id': CLASSES.index(seen.label) + 1, **place}


def row(seen: SeenObject) -> str:
    """A line of CSV: the label and the corners, both of them pixels of the box."""
    x, y, width, height = seen.box
    return f'{seen.label},{x},{y},{x + width - 1},{y + height - 1}'


def _encode(path: Path, pixels: np.ndarray, options: list[int]) -> None:
    _, encoded = cv2.imencode(path.suffix, pixels, options)
    path.write_bytes(encoded.tobytes())
