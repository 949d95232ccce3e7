"""One pet after the other: from its picture, trimap and XML to its records and its semantic map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from projects.smn.convert.decoded import Decoded, decode
from projects.smn.convert.outlines import place_of_mask
from projects.smn.convert.pet.lists import SPECIES, Pet
from projects.smn.convert.pet.source import PetSource
from projects.smn.convert.pet.trimaps import FOREGROUND, object_mask, read_trimap, semantic_map
from projects.smn.convert.pet.voc import read_boxes
from projects.smn.convert.report import Report
from projects.smn.reading import ImageError
from projects.smn.reading.outlines import clip_box

CLASS_KEYS = ('breed', 'species', 'pet')
MAPS = Path('annotations', 'semantic')


@dataclass
class PetWriter:
    """Makes the records of pets, and writes what is no copy of a file of the source.

    Args:
        source: the data set.
        folder: to write to; it has a folder ``images``.
        class_key: which of :data:`CLASS_KEYS` the categories are.
        border: one of :data:`~.trimaps.BORDER_POLICIES`.
        report: gets everything that is skipped, corrected or odd.

    Attributes:
        copies: file name in ``images`` to the file to copy, of images that were not written.
        classes: the names of the categories, whose ids count from 1.
    """

    source: PetSource
    folder: Path
    class_key: str
    border: str
    report: Report
    copies: dict[str, Path] = field(default_factory=dict)
    classes: list[str] = field(init=False)

    def __post_init__(self) -> None:
        found = {'breed': self.source.breeds, 'species': list(SPECIES.values()), 'pet': ['pet']}
        self.classes = found[self.class_key]

    def coco(self, pets: Iterable[Pet]) -> dict[str, Any]:
        """The COCO file of all pets whose image can be read, one image in memory at a time."""
        (self.folder / MAPS).mkdir(parents=True)
        images, objects = [], []
        for number, pet in enumerate(pets, 1):
            image = self._image(number, pet)
            if image:
                images.append(image)
                objects += self._objects(image, pet)
        categories = [{'id': n, 'name': name} for n, name in enumerate(self.classes, 1)]
        return {'images': images, 'annotations': objects, 'categories': categories}

    def _image(self, number: int, pet: Pet) -> dict[str, Any] | None:
        """The record of an image, which holds the labels that need no mask; None if damaged."""
        path = self.source.pictures[pet.name]
        try:
            decoded = decode(path, stored=True)  # trimaps are not turned either
        except ImageError as error:
            what = 'images that cannot be read to the end'
            self.report.skipped[what].append(f'{pet.name} {error}')
            return None
        size = {'width': decoded.width, 'height': decoded.height}
        labels = {'attributes': {'breed': pet.breed, 'species': pet.species}}
        if box := self._head(pet.name, **size):
            labels['boxes'] = {'head': box}
        return {'id': number, 'file_name': self._put(path, decoded), **size, **labels}

    def _put(self, path: Path, decoded: Decoded) -> str:
        """Take care that the image gets to the folder; its name there."""
        if decoded.kind != 'JPEG' and path.suffix.lower() in ('.jpg', '.jpeg'):
            self.report.noticed[f'{decoded.kind}, named {path.suffix}'].append(path.stem)
        if decoded.pixels is None:
            self.copies[path.name] = path
            return path.name
        self.report.corrected['images written anew as PNG'] += 1
        name = f'{path.stem}.png'
        decoded.pixels.save(self.folder / 'images' / name)
        return name

    def _head(self, name: str, width: int, height: int) -> list[float] | None:
        """The head's box; None where nobody knows it, which is not the same as no head."""
        skipped, path = self.report.skipped, self.source.xml(name)
        if not path.is_file():
            self.report.noticed['images without an XML, so without a head box'].append(name)
            return None
        try:
            boxes = read_boxes(path)
        except (OSError, ValueError):
            skipped['XMLs that cannot be read'].append(name)
            return None
        if len(boxes) != 1:
            skipped[f'XMLs with {"several objects" if boxes else "no object"}'].append(name)
            return None
        if (box := clip_box(boxes[0], width, height)) is None:
            skipped['head boxes outside of their image'].append(name)
        elif box != boxes[0]:
            self.report.corrected['head boxes cut off at the edge of their image'] += 1
        return box

    def _objects(self, image: dict[str, Any], pet: Pet) -> list[dict[str, Any]]:
        """The one object of an image, and its semantic map written; none without a trimap.

        There is a pet, and nobody knows where: the image is then not complete.
        """
        trimap, fault = self._trimap(pet.name, (image['height'], image['width']))
        if fault:
            self.report.skipped[fault].append(pet.name)
            image['complete'] = False
            return []
        # The id of the category, which is also its value in the map.
        category = self.classes.index(getattr(pet, self.class_key, self.classes[0])) + 1
        image['seg_map'] = f'{pet.name}.png'
        values = semantic_map(trimap, self.border, category)
        Image.fromarray(values).save(self.folder / MAPS / image['seg_map'])
        place = place_of_mask(object_mask(trimap, self.border))
        labels = {key: image[key] for key in ('attributes', 'boxes') if key in image}
        labels['attributes'] = {k: v for k, v in image['attributes'].items() if k != self.class_key}
        ids = {'id': image['id'], 'image_id': image['id'], 'category_id': category}
        return [{**ids, **place, **labels}]

    def _trimap(self, name: str, size: tuple[int, int]) -> tuple[np.ndarray | None, str | None]:
        """The trimap, or what is wrong with it."""
        path = self.source.trimap(name)
        if not path.is_file():
            return None, 'images without a trimap'
        trimap = read_trimap(path)
        if trimap is None:
            return None, 'trimaps that cannot be read or have values other than 1, 2 and 3'
        if trimap.shape != size:
            return None, 'trimaps of another size than their image'
        if not (trimap == FOREGROUND).any():
            return None, 'trimaps without foreground'
        return trimap, None
