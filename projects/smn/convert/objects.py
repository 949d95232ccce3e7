"""Annotations with a sound outline, box and area; an object without a place is never forgotten."""

from __future__ import annotations

from projects.smn.convert.report import Report
from projects.smn.errors import UserError
from projects.smn.reading.box_forms import (
    AS_THE_OTHERS,
    MIXED,
    MODE,
    Witnesses,
    from_corners,
    hear,
    mode_is_corners,
)
from projects.smn.reading.outlines import (
    TOLERANCE_PX,
    Measured,
    is_number,
    measure,
    polygons_of_numbers,
    true_box,
)
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
    sizes = {number: (image['height'], image['width']) for number, image in images.items()}
    witnesses = hear(coco['annotations'], sizes)
    objects = []
    for position, annotation in enumerate(coco['annotations']):
        image = images.get(annotation['image_id'])
        if position in twice:
            report.skipped['objects that are there twice'].append(report.name(annotation['id']))
        elif image is None:
            missing = 'is skipped' if annotation['image_id'] in known else 'has no record'
            report.skipped[f'objects whose image {missing}'].append(report.name(annotation['id']))
        elif placed := place(annotation, image, report, witnesses):
            objects.append(placed)
        else:
            report.skipped['objects with a degenerate or malformed outline'].append(
                report.name(annotation['id'])
            )
            image['complete'] = False
    return objects


def place(
    annotation: dict, image: dict, report: Report, witnesses: Witnesses | None = None
) -> dict | None:
    """The annotation with a sound outline, box and area; None when it cannot be placed.

    A box that is written as corners, as its record says or, without an outline, the others of its
    file show, becomes x, y, width and height.

    A box that its outline contradicts gives way to it, see
    :func:`~projects.smn.reading.outlines.true_box`. An area that is not even half or
    double the outline's is replaced: some exporters write the area of the image.
    """
    outline, area = polygons_of_numbers(annotation.get('segmentation')), _area(annotation)
    said = _box(annotation, report)
    if outline:
        measured = measure(outline, image['height'], image['width'])
    else:  # an absent outline stays absent, an empty one empty
        said = said and _as_the_others(annotation, said, witnesses or Witnesses(), report)
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


def _as_the_others(
    annotation: dict, box: list[float], witnesses: Witnesses, report: Report
) -> list[float]:
    """A box without an outline, written as the file shows."""
    unsaid, name = annotation.get('bbox_mode') is None, report.name(annotation['id'])
    if unsaid and witnesses.in_doubt:
        report.noticed[MIXED].append(name)
    if not unsaid or not witnesses.prove_corners:
        return box
    report.noticed[AS_THE_OTHERS].append(name)
    return from_corners(box)


def _box(annotation: dict, report: Report) -> list[float] | None:
    try:
        box = numbers(annotation.get('bbox'))
    except UserError:
        return None
    try:
        corners = mode_is_corners(annotation)
    except UserError as error:
        name = report.name(annotation['id'])
        raise UserError(f'{report.source}: object {name}: {error}') from None
    if corners and len(box) == 4:
        box = from_corners(box)
        report.corrected[MODE] += 1
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
