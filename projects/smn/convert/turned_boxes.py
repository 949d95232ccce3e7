"""Boxes that CVAT has turned, as they lie."""

from __future__ import annotations

from projects.smn.convert.report import Report
from projects.smn.errors import UserError
from projects.smn.reading.rotation import ROTATION, enclosing_box, turned_by
from projects.smn.reading.values import numbers

TURNED = 'boxes that are turned, taken as the box around them'


def turn_boxes(annotations: list[dict], report: Report) -> list[dict]:
    """Annotations of a COCO file with the box around each that is turned.

    Their ``rotation`` goes, lest they be turned again. Not for other formats, where an attribute of
    that name is somebody's own.
    """
    return [_turned(annotation, report) for annotation in annotations]


def _turned(annotation: dict, report: Report) -> dict:
    degrees = turned_by(annotation)
    if not degrees:
        return annotation
    try:
        x, y, width, height = numbers(annotation.get('bbox'))
    except (UserError, ValueError):  # not four of them; it has no place, and that is said
        return annotation
    report.noticed[TURNED].append(report.name(annotation['id']))
    left = {key: value for key, value in annotation['attributes'].items() if key != ROTATION}
    box = enclosing_box([x, y, width, height], degrees)
    return {**annotation, 'bbox': box, 'attributes': left}
