"""A COCO file of unknown origin: its frame is checked before anything relies on it."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.convert.sources import read_json
from projects.smn.errors import UserError
from projects.smn.reading.coco import settle_frame
from projects.smn.reading.values import identity

# What labels are kept in, of annotations and images.
HOLDERS = {
    'attributes': (dict, 'an object of names and values'),
    'masks': (dict, 'an object of names and outlines'),
    'boxes': (dict, 'an object of names and boxes'),
    'keypoints': (list, 'a list of numbers'),
}


def read_coco(path: Path, report: Report) -> dict[str, Any]:
    """Read a file that has the three lists, unique ids, and a category for each annotation.

    Sizes may be absent, as the images are read as well. Annotations are numbered anew where their
    ids are absent, repeated or not positive; images where an id is text.

    Raises:
        UserError: The file is not COCO, or contradicts itself.
    """
    coco = settle_frame(read_json(path, report), path, sized=False)
    for image in coco['images']:
        _check_holders(image, f'{path}: image {image["id"]!r}')
    for annotation in coco['annotations']:
        _check_holders(annotation, f'{path}: annotation {annotation.get("id")!r}')
    _number_images(coco, report)
    _number_annotations(coco['annotations'], report)
    return coco


def part_of(coco: dict[str, Any], image_ids: Set[int]) -> dict[str, Any]:
    """The COCO file of some of the images."""
    images = [image for image in coco['images'] if image['id'] in image_ids]
    annotations = [a for a in coco['annotations'] if a['image_id'] in image_ids]
    return {**coco, 'images': images, 'annotations': annotations}


def _check_holders(record: dict[str, Any], where: str) -> None:
    """Refuse labels that are kept in something else; empty ones, as PHP writes ``[]``, go."""
    for key, (kind, noun) in HOLDERS.items():
        if key in record and not isinstance(record[key], kind):
            if record[key]:
                raise UserError(f'{where}: its `{key}` are {record[key]!r:.60}, not {noun}')
            del record[key]


def _number_images(coco: dict[str, Any], report: Report) -> None:
    """Number images anew if an id is text, which cannot be sorted, and COCO's tools do not take."""
    if all(isinstance(image['id'], int) for image in coco['images']):
        return
    numbers = {image['id']: number for number, image in enumerate(coco['images'], 1)}
    for image in coco['images']:
        image['id'] = numbers[image['id']]
    for annotation in coco['annotations']:
        old = annotation['image_id']
        annotation['image_id'] = numbers.get(old, f'{old}')  # text is no image's id any more
    report.corrected['images numbered anew'] = len(numbers)


def _number_annotations(annotations: list[dict], report: Report) -> None:
    ids = [_number_of(annotation.get('id')) for annotation in annotations]
    # COCO's scores take the id 0 for "no match".
    if 0 in ids or len(set(ids)) < len(ids):
        report.corrected['annotations numbered anew'] = len(ids)
        report.names.update(
            (number, a['id'])
            for number, a in enumerate(annotations, 1)
            if isinstance(a.get('id'), str)
        )
        ids = range(1, len(ids) + 1)
    for number, annotation in zip(ids, annotations, strict=True):
        annotation['id'] = number


def _number_of(value: Any) -> int:
    """The id of an annotation; 0 where it is none that COCO's tools take."""
    try:
        number = identity(value)
    except UserError:
        return 0
    return number if isinstance(number, int) and number > 0 else 0
