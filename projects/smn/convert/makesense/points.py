"""The CSV file of points that makesense.ai exports: ``label,x,y,file,width,height``, no header.

Its exporter does not quote, so a file name with a comma has more fields.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from projects.smn.convert.attach import Point
from projects.smn.convert.report import Report
from projects.smn.convert.sources import finite_number, read_text
from projects.smn.errors import UserError
from projects.smn.reading.formats import format_of_text, instead_of_json


def read_points(paths: Iterable[Path], images: Iterable[dict], report: Report) -> list[Point]:
    """The points of all files that lie on one of ``images``, COCO's records.

    A record without a size gets the one that its first point states.

    Raises:
        UserError: A file is missing, or not what makesense.ai exports.
    """
    by_name = {image['file_name']: image for image in images}
    points: dict[Point, None] = {}
    for path in paths:
        for label, x, y, name, size in _rows(path, report):
            image = by_name.get(name)
            point = Point(image['id'] if image else 0, report.text(label), x, y, name)
            report.read['points'] += 1
            if image is None:
                report.skipped['points whose image no polygon is on'].append(str(point))
                continue
            stated = image.setdefault('width', size[0]), image.setdefault('height', size[1])
            if size != stated:
                report.skipped['points of an image of another size'].append(str(point))
                continue
            if point in points:
                report.noticed['points that are there twice'].append(str(point))
            points[point] = None
    return list(points)


def _rows(
    path: Path, report: Report
) -> Iterable[tuple[str, float, float, str, tuple[float, float]]]:
    wrong = f'{path} is not a file of points of makesense.ai'
    text = read_text(path, report)
    if format_of_text(text) not in (None, 'points of makesense.ai'):  # eight cells may be six
        raise UserError(f'{wrong}{instead_of_json(text)}')
    rows = csv.reader(text.splitlines())
    try:
        for fields in filter(None, rows):
            label, x, y, name, *more, width, height = fields
            x, y, width, height = map(finite_number, (x, y, width, height))
            yield label, x, y, ','.join([name, *more]), (width, height)
    except csv.Error as error:  # a quote that is never closed
        raise UserError(f'{wrong}: {error}') from None
    except ValueError:
        raise UserError(
            f'{wrong}: line {rows.line_num} is not label,x,y,file,width,height'
        ) from None
