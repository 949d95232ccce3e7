"""One triple after the other: from its files to its records and its semantic map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from projects.smn.convert.decoded import Decoded, decode
from projects.smn.convert.images import TAKEN_UPRIGHT
from projects.smn.convert.report import Report
from projects.smn.convert.warehouse.boxes import read_boxes
from projects.smn.convert.warehouse.masks import Codes, read_mask
from projects.smn.convert.warehouse.triples import Triple
from projects.smn.errors import UserError
from projects.smn.reading import ImageError
from projects.smn.reading.file_names import meant
from projects.smn.reading.orientation import upright_size
from projects.smn.reading.outlines import clip_box
from projects.smn.tasks import IGNORED

MAPS = Path('annotations', 'semantic')
MISSING = 'does not exist'


@dataclass
class TripleWriter:
    """Makes the records of triples, and writes what is no copy of a file of the source.

    Args:
        folder: to write to; it has a folder ``images``.
        classes: the categories, whose ids count from 1.
        labels: the class of each label in the CSV files.
        codes: what the pixels of masks mean; None if there are no masks.
        skip_missing: leave out what is missing, damaged or of another size.
        report: gets everything that is skipped or corrected.
        drawn: ``'upright'`` or ``'stored'``: on which picture labels lie of photographs that EXIF
            turns; by default as the size of the mask tells, else upright.

    Attributes:
        copies: file name in ``images`` to the file to copy, of images that were not written.
        pixels: (256,) number of pixels of each value of the maps.
    """

    folder: Path
    classes: Sequence[str]
    labels: Mapping[str, str]
    codes: Codes | None
    skip_missing: bool
    report: Report
    drawn: str | None = None
    copies: dict[str, Path] = field(default_factory=dict)
    pixels: np.ndarray = field(default_factory=lambda: np.zeros(IGNORED + 1, int))

    def coco(self, triples: Iterable[tuple[str, Triple]]) -> dict[str, Any]:
        """The COCO file of all triples whose image can be read.

        Args:
            triples: each with the name of its image and its map, without a suffix.

        Raises:
            UserError: A file is missing, damaged or of another size than its image, and
                ``skip_missing`` is not set; a CSV file or a mask says what no option explains.
        """
        (self.folder / MAPS).mkdir(parents=True)
        images, objects = [], []
        for number, (name, triple) in enumerate(triples, 1):
            try:
                decoded = decode(triple.image)
            except ImageError as error:
                there = triple.image.is_file()
                self._skip('images', triple.image, str(error) if there else MISSING)
                continue
            mask, size = self._mask(triple), (decoded.width, decoded.height)
            more = {}
            if self._is_stored(triple, decoded, mask):
                size = upright_size(*size, decoded.orientation)
                if decoded.pixels is None:
                    more = {'drawn': 'stored'}
                else:  # what is written anew has no EXIF
                    decoded = decode(triple.image, stored=True)
            file_name = self._put(name, triple.image, decoded)
            image = {'id': number, 'file_name': file_name, 'width': size[0], 'height': size[1]}
            image |= more
            self._map(name, image, triple, mask)
            for found in self._objects(image, triple):
                objects.append({'id': len(objects) + 1, **found})
            images.append(image)
        categories = [{'id': n, 'name': name} for n, name in enumerate(self.classes, 1)]
        return {'images': images, 'annotations': objects, 'categories': categories}

    def _skip(self, kind: str, path: Path, fault: str) -> None:
        if not self.skip_missing:
            hint = meant(path.parent, path.name) if fault == MISSING else ''
            raise UserError(f'{path} {fault}{hint}; --skip-missing leaves such files out')
        self.report.skipped[f'{kind}: {fault}'].append(str(path))

    def _put(self, name: str, path: Path, decoded: Decoded) -> str:
        """Take care that the image gets to the folder; its name there."""
        if decoded.pixels is None:
            self.copies[f'{name}{path.suffix}'] = path
            return f'{name}{path.suffix}'
        self.report.corrected[f'images written anew as PNG: {decoded.kind}'] += 1
        decoded.pixels.save(self.folder / 'images' / f'{name}.png')
        return f'{name}.png'

    def _is_stored(self, triple: Triple, decoded: Decoded, mask: np.ndarray | None) -> bool:
        """Whether labels lie on the picture before EXIF turns it."""
        if decoded.orientation == 1 or self.drawn:
            return decoded.orientation > 1 and self.drawn == 'stored'
        upright = decoded.width, decoded.height
        stored = upright_size(*upright, decoded.orientation)
        if mask is not None and mask.shape[::-1] == stored != upright:
            return True
        if mask is None or stored == upright:  # nothing tells
            self.report.noticed[TAKEN_UPRIGHT].append(str(triple.image))
        return False

    def _mask(self, triple: Triple) -> np.ndarray | None:
        """The codes of the mask, if there is one that can be read."""
        if triple.mask is None:
            return None
        if self.codes is None:
            raise UserError(f'{triple.mask} is a mask: --codes says what its pixels mean')
        mask = read_mask(triple.mask)
        if mask is None:
            self._skip('masks', triple.mask, _fault(triple.mask))
        return mask

    def _map(
        self, name: str, image: dict[str, Any], triple: Triple, mask: np.ndarray | None
    ) -> None:
        """Write the semantic map and name it in the image's record; nothing without a mask."""
        if mask is None:
            return
        if mask.shape != (image['height'], image['width']):
            self._skip('masks', triple.mask, 'has another size than its image')
        else:
            values = self.codes.to_map(mask, triple.mask)
            image['seg_map'] = f'{name}.png'
            Image.fromarray(values).save(self.folder / MAPS / image['seg_map'])
            self.pixels += np.bincount(values.ravel(), minlength=IGNORED + 1)

    def _objects(self, image: dict[str, Any], triple: Triple) -> Iterable[dict[str, Any]]:
        """The boxes of an image; without a file of them it is not complete."""
        path = triple.boxes
        if path is not None and not path.is_file():
            self._skip('boxes', path, _fault(path))
            path = None
        if path is None:
            image['complete'] = False
            return
        for line, name, whole in read_boxes(path, self.labels, self.report):
            box = clip_box(whole, image['width'], image['height'])
            if box is None:  # something is there, and nobody knows where
                self.report.skipped['boxes outside of their image or without a size'].append(
                    f'{path}, line {line}'
                )
                image['complete'] = False
                continue
            if box != whole:
                self.report.corrected['boxes cut off at the edge of their image'] += 1
            place = {'bbox': box, 'area': box[2] * box[3], 'iscrowd': 0}
            yield {'image_id': image['id'], 'category_id': self.classes.index(name) + 1, **place}


def _fault(path: Path) -> str:
    return 'cannot be read to its end' if path.is_file() else MISSING
