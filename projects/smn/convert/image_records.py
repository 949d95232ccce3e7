"""Image records of a COCO file, brought to agree with the files that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from projects.smn.convert.images import ImageSize, find_image, image_size, unused_images
from projects.smn.convert.report import Report
from projects.smn.errors import UserError


def match_images(
    images: list[dict], folder: Path, report: Report, skip_missing: bool = True
) -> tuple[dict[int, dict], dict[int, Path]]:
    """Records by id, with bare file names and true sizes, and the file of each.

    Args:
        images: Records with ``id`` and ``file_name``; a size that they state is compared.
        folder: Where the files are.
        report: Gets what was skipped and corrected.
        skip_missing: Leave out images that are missing or cannot be read.

    Raises:
        UserError: No image is found, or two would get the same name; without ``skip_missing`` also
            if one is missing or cannot be read.
    """
    if not folder.is_dir():
        raise UserError(f'--images {folder}: there is no such folder')
    records: dict[int, dict] = {}
    paths: dict[int, Path] = {}
    for image in images:
        path = find_image(folder, image['file_name'])
        size = image_size(path) if path else None
        if path and size:
            records[image['id']] = _true_record(image, size, report)
            paths[image['id']] = path
        elif skip_missing:
            fault = 'cannot be read' if path else 'are not in the folder'
            report.skipped[f'images that {fault}'].append(image['file_name'])
        else:
            fault = f'{path} cannot be read as an image' if path else f'it is not in {folder}'
            raise UserError(f'{report.source} names the image {image["file_name"]!r}: {fault}')
    if not paths:
        raise UserError(f'--images {folder} holds none of the {len(images)} images named')
    check_names(records.values(), report.source)
    if unused := unused_images(paths):
        report.noticed['image files that no record names'] = [path.name for path in unused]
    return records, paths


def _true_record(image: dict, size: ImageSize, report: Report) -> dict:
    name = re.split(r'[\\/]', report.text(image['file_name']))[-1]
    width, height, turned = size
    stated = (image.get('width'), image.get('height'))
    if any(stated) and stated != (width, height):
        change = f'{name}: {stated[0]}x{stated[1]} -> {width}x{height}'
        report.noticed['image sizes corrected'].append(change)
    if turned:
        report.noticed['images that EXIF turns: check where their objects lie'].append(name)
    return {**image, 'file_name': name, 'width': width, 'height': height}


def check_names(records: Iterable[dict], source: Path) -> None:
    """Raise a UserError if two records have one file name."""
    taken: dict[str, int] = {}
    for record in records:
        name, number = record['file_name'], record['id']
        if name in taken:
            raise UserError(
                f'{source}: images {taken[name]} and {number} would both be named {name!r} '
                'without their folders'
            )
        taken[name] = number
