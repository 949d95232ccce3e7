"""Annotations with a sound outline, box and area; an object without a place is never forgotten."""

from __future__ import annotations

from typing import Any

from projects.smn.convert.outlines import Measured, is_number, measure
from projects.smn.convert.report import Report

TOLERANCE_PX = 2  # labelling tools round, and let a hand slip over the border of the image


def place_objects(coco: dict, images: dict[int, dict], report: Report) -> list[dict]:
    """New annotations for those of ``coco`` that lie on one of ``images``, records by id.

    Where an object has no usable outline, something is there and nobody knows where: it is left
    out, and its image gets ``complete: false``, so that no region of it counts as background.
    """
    known = {image['id'] for image in coco['images']}
    objects = []
    for annotation in coco['annotations']:
        image = images.get(annotation['image_id'])
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

    A box that is there is kept. An area that is not even half or double the outline's is replaced:
    some exporters write the area of the image.
    """
    outline, area = annotation.get('segmentation'), annotation.get('area')
    box = annotation['bbox'] if _is_box(annotation.get('bbox')) else None
    if outline:
        measured = measure(outline, image['height'], image['width'])
    else:  # an absent outline stays absent, an empty one empty
        measured = Measured([], box, box[2] * box[3]) if box else None
    if measured is None:
        return None
    placed = {'iscrowd': 0, **annotation, 'bbox': box or measured.box}  # COCO's scores need both
    if not box:
        report.corrected['boxes computed'] += 1
    if outline:
        placed['segmentation'] = measured.outline
        if len(measured.outline) < len(outline):
            report.corrected['outlines without their degenerate parts'] += 1
    smallest = measured.area / 2 if outline else 0  # an object may fill little of its box
    if not is_number(area) or not smallest <= area <= 2 * measured.area:
        report.corrected['areas computed' if area is None else 'wrong areas replaced'] += 1
        placed['area'] = round(measured.area, 2)
    _notice_box(placed, measured.box, image, report)
    return placed


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(map(is_number, box)) and min(box[2:]) > 0


def _notice_box(placed: dict, true_box: list[float], image: dict, report: Report) -> None:
    x0, y0, x1, y1 = corners = _corners(placed['bbox'])
    off = max(abs(a - b) for a, b in zip(corners, _corners(true_box), strict=True))
    if off > TOLERANCE_PX:
        what = f'objects with a box over {TOLERANCE_PX} px off their outline'
        report.noticed[what].append(report.name(placed['id']))
    beyond = max(-x0, -y0, x1 - image['width'], y1 - image['height'])
    if beyond > TOLERANCE_PX:
        report.noticed['objects that reach out of their image'].append(report.name(placed['id']))


def _corners(box: list[float]) -> tuple[float, float, float, float]:
    return box[0], box[1], box[0] + box[2], box[1] + box[3]
