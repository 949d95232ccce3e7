"""Annotations with a sound outline, box and area; an object without a place is never forgotten."""

from __future__ import annotations

from typing import Any

from projects.smn.convert.report import Report
from projects.smn.errors import UserError
from projects.smn.reading.box_forms import (
    AS_THE_OTHERS,
    MODES,
    BoxForm,
    from_corners,
    says_corners,
)
from projects.smn.reading.outlines import TOLERANCE_PX, Measured, is_number, measure, true_box
from projects.smn.reading.same_object import FLAGS, found_twice
from projects.smn.reading.values import flag, number, numbers


def place_objects(coco: dict, images: dict[int, dict], report: Report) -> list[dict]:
    """New annotations for those of ``coco`` that lie on one of ``images``, records by id.

    Where an object has no usable outline, something is there and nobody knows where: it is left
    out, and its image gets ``complete: false``, so that no region of it counts as background.
    """
    known = {image['id'] for image in coco['images']}
    names = {category['id']: category['name'] for category in coco.get('categories', ())}
    twice = found_twice(coco['annotations'], names)
    corners = _are_corners(coco['annotations'], images)
    objects = []
    for position, annotation in enumerate(coco['annotations']):
        image = images.get(annotation['image_id'])
        if position in twice:
            report.skipped['objects that are there twice'].append(report.name(annotation['id']))
        elif image is None:
            missing = 'is skipped' if annotation['image_id'] in known else 'has no record'
            report.skipped[f'objects whose image {missing}'].append(report.name(annotation['id']))
        elif placed := place(annotation, image, report, corners):
            objects.append(placed)
        else:
            report.skipped['objects with a degenerate or malformed outline'].append(
                report.name(annotation['id'])
            )
            image['complete'] = False
    return objects


def _are_corners(annotations: list[dict], images: dict[int, dict]) -> bool:
    """Whether outlines of other objects show that boxes without one are corners."""
    form = BoxForm(alone=sum(not a.get('segmentation') and bool(_box(a)) for a in annotations))
    for annotation in annotations if form.alone else ():
        image, said = images.get(annotation['image_id']), _box(annotation)
        if image is None or said is None:
            continue
        size = image['height'], image['width']
        if measured := measure(plain_outline(annotation.get('segmentation')), *size):
            form.see(said, true_box(said, measured.box, *size[::-1])[1])
    return form.proves_corners


def place(annotation: dict, image: dict, report: Report, corners: bool = False) -> dict | None:
    """The annotation with a sound outline, box and area; None when it cannot be placed.

    A box without an outline that is written as corners, as its record says or, by ``corners``, the
    others of its file, becomes x, y, width and height.

    A box that its outline contradicts gives way to it, see
    :func:`~projects.smn.reading.outlines.true_box`. An area that is not even half or
    double the outline's is replaced: some exporters write the area of the image.
    """
    outline, area = plain_outline(annotation.get('segmentation')), _area(annotation)
    said = _box(annotation)
    if outline:
        measured = measure(outline, image['height'], image['width'])
    else:  # an absent outline stays absent, an empty one empty
        said = said and _as_meant(annotation, said, area or 0, report, corners)
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
    placed.pop('bbox_mode', None)  # it has been heeded
    # They take flags as they are, and "0" would be true.
    placed |= {key: _flag(annotation, key, report) for key in FLAGS if key in placed}
    if outline:
        placed['segmentation'] = measured.outline
        if len(measured.outline) < len(outline):
            report.corrected['outlines without their degenerate parts'] += 1
    smallest = measured.area / 2 if outline else 0  # an object may fill little of its box
    if area is None or not smallest <= area <= 2 * measured.area:
        said_wrongly = annotation.get('area') is not None
        report.corrected['wrong areas replaced' if said_wrongly else 'areas computed'] += 1
        area = round(measured.area, 2)
    placed['area'] = area
    _notice_reach(placed, image, report)
    return placed


def _as_meant(
    annotation: dict, box: list[float], area: float, report: Report, corners: bool
) -> list[float] | None:
    name = report.name(annotation['id'])
    try:
        by_itself = says_corners(box, annotation, area)
    except UserError as error:
        raise UserError(f'{report.source}: object {name}: {error}') from None
    if not by_itself and not corners:
        return box
    report.noticed[MODES if by_itself else AS_THE_OTHERS].append(name)
    box = from_corners(box)
    return box if min(box[2:]) > 0 else None


def plain_outline(outline: Any) -> Any:
    """A COCO ``segmentation`` whose polygons are numbers, where some of them are text."""
    if not isinstance(outline, list):
        return outline
    return [_plain(part) for part in outline]


def _plain(part: Any) -> Any:
    try:
        return numbers(part)
    except UserError:
        return part  # it is no polygon, and left out as such


def _box(annotation: dict) -> list[float] | None:
    try:
        box = numbers(annotation.get('bbox'))
    except UserError:
        return None
    return box if len(box) == 4 and min(box[2:]) > 0 else None


def _area(annotation: dict) -> float | None:
    area = annotation.get('area')
    try:
        return area if is_number(area) else number(area)
    except UserError:
        return None


def _flag(annotation: dict, key: str, report: Report) -> int:
    try:
        return int(flag(annotation.get(key)))
    except UserError as error:
        name = report.name(annotation['id'])
        raise UserError(f'{report.source}: object {name}: `{key}`: {error}') from None


def _notice_reach(placed: dict, image: dict, report: Report) -> None:
    x, y, width, height = placed['bbox']
    beyond = max(-x, -y, x + width - image['width'], y + height - image['height'])
    if beyond > TOLERANCE_PX:
        report.noticed['objects that reach out of their image'].append(report.name(placed['id']))
