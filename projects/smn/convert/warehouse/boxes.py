"""CSV files of boxes, without a header: ``label,xmin,ymin,xmax,ymax``, the corners included."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from projects.smn.convert.report import Report
from projects.smn.convert.sources import finite_number, read_text
from projects.smn.errors import UserError, listing


class LabelledBox(NamedTuple):
    """A row of the file: number of the line, class, and x, y, width and height in pixels."""

    line: int
    name: str
    box: list[float]


def read_boxes(path: Path, names: Mapping[str, str], report: Report) -> list[LabelledBox]:
    """All boxes of a file, of which an empty one has none. They may be of no size, or outside.

    Args:
        names: The class of each label that may be in the file.

    Raises:
        UserError: A line has not five cells, a label is none of ``names``, a corner no number.
    """
    found = []
    for line, row in enumerate(csv.reader(read_text(path, report).splitlines()), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != 5:
            text = ','.join(row)
            raise UserError(f'{path}, line {line}: {text!r:.60} is not a label and 4 corners')
        if cells[0] not in names:
            raise UserError(
                f'{path}, line {line}: the label {cells[0]!r} is none of {listing(names)}; '
                '--labels gives it a class'
            )
        try:
            x0, y0, x1, y1 = map(finite_number, cells[1:])
        except ValueError:
            raise UserError(f'{path}, line {line}: {cells[1:]} are not four numbers') from None
        found.append(LabelledBox(line, names[cells[0]], [x0, y0, x1 - x0 + 1, y1 - y0 + 1]))
    return found
