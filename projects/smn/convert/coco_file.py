"""A COCO file of unknown origin: its frame is checked before anything relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from contextlib import suppress
from pathlib import Path
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.convert.sources import read_json
from projects.smn.errors import UserError
from projects.smn.reading.formats import instead_of
from projects.smn.reading.values import identity

KEYS = {
    'images': {'id': int, 'file_name': str},
    'categories': {'id': int, 'name': str},
    'annotations': {'image_id': int, 'category_id': int},
}


def read_coco(path: Path, report: Report) -> dict[str, Any]:
    """Read a file that has the three lists, unique ids, and a category for each annotation.

    Annotations are numbered anew where their ids are absent, repeated or not positive.

    Raises:
        UserError: The file is not COCO, or contradicts itself.
    """
    coco = read_json(path, report)
    if other := instead_of('COCO', coco):
        raise UserError(f'{path} is not COCO{other}')
    for name, keys in KEYS.items():
        records = coco.get(name) if isinstance(coco, dict) else None
        if not isinstance(records, list):
            raise UserError(f'{path} is not COCO: it has no list {name!r}')
        for place, record in enumerate(records):
            _check_record(record, keys, f'{path} is not COCO: {name}[{place}]')
    for name in ('images', 'categories'):
        for number, count in Counter(record['id'] for record in coco[name]).items():
            if count > 1:
                raise UserError(f'{path}: {name} has the id {number} {count} times')
    known = {category['id'] for category in coco['categories']}
    for annotation in coco['annotations']:
        if annotation['category_id'] not in known:
            raise UserError(
                f'{path}: annotation {annotation.get("id")} has category_id '
                f'{annotation["category_id"]}, which no category has'
            )
    _number(coco['annotations'], report)
    return coco


def part_of(coco: dict[str, Any], image_ids: Set[int]) -> dict[str, Any]:
    """The COCO file of some of the images."""
    images = [image for image in coco['images'] if image['id'] in image_ids]
    annotations = [a for a in coco['annotations'] if a['image_id'] in image_ids]
    return {**coco, 'images': images, 'annotations': annotations}


def _check_record(record: Any, keys: dict[str, type], where: str) -> None:
    for key, kind in keys.items():
        if kind is int and isinstance(record, dict) and key in record:
            with suppress(UserError):  # it is no number then, and said to be none
                record[key] = identity(record[key])
        if not isinstance(record, dict) or not isinstance(record.get(key), kind):
            noun = 'text' if kind is str else 'a whole number'
            raise UserError(f'{where} has no {key!r} that is {noun}')


def _number(annotations: list[dict], report: Report) -> None:
    ids = [annotation.get('id') for annotation in annotations]
    # COCO's scores take the id 0 for "no match".
    sound = all(isinstance(number, int) and number > 0 for number in ids)
    if not sound or len(set(ids)) < len(ids):
        report.corrected['annotations numbered anew'] = len(ids)
        for number, annotation in enumerate(annotations, 1):
            annotation['id'] = number
