"""From rows of arrays to image files and records in the project's format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import h5py
import numpy as np
from PIL import Image

from projects.smn.convert import raw_arrays
from projects.smn.convert.outlines import place_of_mask
from projects.smn.tasks import IGNORED

IMAGES, MAPS = 'images', 'annotations/semantic'
TOOL = 'pack'


class ArrayConverter:
    """Makes files and records, one image in memory at a time.

    Args:
        arrays: By name, see :func:`~.raw_arrays.open_arrays`.
        conventions: What they mean.
        stem: How the names of the images begin.

    Attributes:
        coco: The COCO file of what has been converted; the mask of an image is its one object.
        noticed: What happened to labels, with how often.

    Raises:
        UserError: If the arrays contradict the conventions.
    """

    def __init__(
        self, arrays: Mapping[str, h5py.Dataset], conventions: raw_arrays.Conventions, stem: str
    ) -> None:
        self.arrays = arrays
        self.conventions = conventions
        self.stem = stem
        self.noticed: Counter[str] = Counter()
        if 'masks' in arrays:
            values = raw_arrays.find_object_values(arrays['masks'], conventions)
            self._object_values = sorted(values)
        if 'bboxes' in arrays:
            self._boxes = raw_arrays.read_boxes(arrays['bboxes'], conventions.box_format)
        if 'binary' in arrays:
            self._binary = raw_arrays.read_binary(arrays['binary'])
        categories = [dict(id=1, name=conventions.class_name)]
        self.coco = dict(info=dict(tool=TOOL), images=[], annotations=[], categories=categories)

    def __len__(self) -> int:
        return len(self.arrays['images'])

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Key and content of every file; ``coco`` is whole when all have been taken."""
        for index in range(len(self)):
            name = f'{self.stem}_{index + 1:06d}.png'
            pixels = raw_arrays.whole_numbers(self.arrays['images'], index)
            if self.conventions.channels == 'bgr':
                pixels = pixels[..., ::-1]
            height, width = pixels.shape[:2]
            labels = self._labels(index, width, height)
            record = dict(id=index + 1, file_name=name, width=width, height=height, **labels)
            yield f'{IMAGES}/{name}', png(pixels)
            if 'masks' in self.arrays:
                record['seg_map'] = name
                yield f'{MAPS}/{name}', png(self._map(index, record))
            else:  # there is something, and nobody knows where
                record['complete'] = False
            self.coco['images'].append(record)

    def _labels(self, index: int, width: int, height: int) -> dict[str, Any]:
        """The labels of the whole image, but for its map; what is not known is absent."""
        labels = {}
        if 'binary' in self.arrays:
            if (value := self._binary[index]) is None:
                self.noticed[f'images without {self.conventions.binary_name}'] += 1
            else:
                classes = self.conventions.binary_classes
                labels['attributes'] = {self.conventions.binary_name: classes[value]}
        if 'bboxes' in self.arrays and (box := self._box(index, width, height)):
            labels['boxes'] = {self.conventions.box_name: box}
        return labels

    def _box(self, index: int, width: int, height: int) -> list[float] | None:
        corners = self._boxes[index]
        if np.isnan(corners).any():
            self.noticed[f'images without {self.conventions.box_name}'] += 1
            return None
        x1, y1, x2, y2 = inside = np.clip(corners, 0, [width, height] * 2).tolist()
        if x1 >= x2 or y1 >= y2:
            self.noticed['boxes outside of their image, left out'] += 1
            return None
        if inside != corners.tolist():
            self.noticed['boxes cut off at the edge of their image'] += 1
        return [x1, y1, x2 - x1, y2 - y1]

    def _map(self, index: int, image: Mapping[str, Any]) -> np.ndarray:
        """The semantic map, uint8, (height, width); what is on it becomes the image's object."""
        raw = raw_arrays.whole_numbers(self.arrays['masks'], index)
        raw = raw.reshape(image['height'], image['width'])
        mask = np.isin(raw, self._object_values)
        if place := place_of_mask(mask):
            ids = dict(id=len(self.coco['annotations']) + 1, image_id=image['id'], category_id=1)
            labels = {key: image[key] for key in ('attributes',) if key in image}
            self.coco['annotations'].append({**ids, **place, **labels})
        else:
            self.noticed['images whose mask is empty'] += 1
        values = mask.astype(np.uint8)
        values[np.isin(raw, sorted(self.conventions.mask_ignore))] = IGNORED
        return values


def png(pixels: np.ndarray) -> bytes:
    """An image or a map as a PNG."""
    stream = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, 'PNG')
    return stream.getvalue()
