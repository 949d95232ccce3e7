"""Annotations with a sound outline, box and area; an object without a place is never forgotten."""

from __future__ import annotations

import json
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.errors import UserError
from projects.smn.reading.outlines import TOLERANCE_PX, Measured, is_number, measure, true_box
from projects.smn.reading.values import flag


def place_objects(coco: dict, images: dict[int, dict], report: Report) -> list[dict]:
    """New annotations for those of ``coco`` that lie on one of ``images``, records by id.

    Where an object has no usable outline, something is there and nobody knows where: it is left
    out, and its image gets ``complete: false``, so that no region of it counts as background.
    """
    known = {image['id'] for image in coco['images']}
    objects, there = [], set()
    for annotation in coco['annotations']:
        image = images.get(annotation['image_id'])
        same = json.dumps({k: v for k, v in annotation.items() if k != 'id'}, sort_keys=True)
        if same in there:
            report.skipped['objects that are there twice'].append(report.name(annotation['id']))
            continue
        there.add(same)
        if image is None:
            missing = 'is skipped' if annotation['image_id'] in known else 'has no record'
            report.skipped[f'objects whose image {missing}'].append(report.name(annotation['id']))
        elif placed := place(annotation, image, report):
            objects.append(placed)
        else:
            report.skipped['objects with a degenerate or malformed outline'].append(
                report.name(annotation['id'])
            )
            image['complete'] = False
    return objects


def place(annotation: dict, image: dict, report: Report) -> dict | None:
    """The annotation with a sound outline, box and area; None when it cannot be placed.

    A box that its outline contradicts gives way to it, see
    :func:`~projects.smn.reading.outlines.true_box`. An area that is not even half or double the
    outline's is replaced: some exporters write the area of the image.
    """
    outline, area = annotation.get('segmentation'), annotation.get('area')
    said = annotation['bbox'] if _is_box(annotation.get('bbox')) else None
    if outline:
        measured = measure(outline, image['height'], image['width'])
    else:  # an absent outline stays absent, an empty one empty
        measured = Measured([], said, said[2] * said[3]) if said else None
    if measured is None:
        return None
    if said:
        box, remark = true_box(said, measured.box, image['width'], image['height'])
        if remark:
            report.noticed[remark].append(report.name(annotation['id']))
        if box is None:
            return None
    else:
        box = measured.box
        report.corrected['boxes computed'] += 1
    placed = {'iscrowd': 0, **annotation, 'bbox': box}  # COCO's scores need both
    placed['iscrowd'] = _crowd(annotation, report)
    if outline:
        placed['segmentation'] = measured.outline
        if len(measured.outline) < len(outline):
            report.corrected['outlines without their degenerate parts'] += 1
    smallest = measured.area / 2 if outline else 0  # an object may fill little of its box
    if not is_number(area) or not smallest <= area <= 2 * measured.area:
        report.corrected['areas computed' if area is None else 'wrong areas replaced'] += 1
        placed['area'] = round(measured.area, 2)
    _notice_reach(placed, image, report)
    return placed


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(map(is_number, box)) and min(box[2:]) > 0


def _crowd(annotation: dict, report: Report) -> int:
    try:
        return int(flag(annotation.get('iscrowd')))
    except UserError as error:
        name = report.name(annotation['id'])
        raise UserError(f'{report.source}: object {name}: `iscrowd`: {error}') from None


def _notice_reach(placed: dict, image: dict, report: Report) -> None:
    x, y, width, height = placed['bbox']
    beyond = max(-x, -y, x + width - image['width'], y + height - image['height'])
    if beyond > TOLERANCE_PX:
        report.noticed['objects that reach out of their image'].append(report.name(placed['id']))
