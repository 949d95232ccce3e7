"""Predictions as tables: CSV, and what a terminal and a notebook show."""

from __future__ import annotations

import base64
import csv
import html
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from terminaltables import AsciiTable

from projects.smn.errors import UserError
from projects.smn.tasks import SCORE, Task, image_row_columns, row_columns, tasks_per

if TYPE_CHECKING:
    from .prediction import Prediction

SHOWN = 10
"""How many objects are shown."""
SIDE = 640
"""The longer side of the picture in a notebook, in pixels."""


def table_columns(tasks: Mapping[str, Task]) -> list[str]:
    """The header: the number of the image, its objects, what is said of it; units in brackets."""
    return ['image', *row_columns(tasks)[1:], *image_row_columns(tasks)[1:]]


def table_rows(predictions: Iterable[Prediction]) -> Iterator[dict[str, Any]]:
    """A row per object, with the answers about its image repeated in each.

    An image without objects has one row if there is something to say about the whole image.
    """
    for number, prediction in enumerate(predictions):
        image = prediction.image_row(dict(image=number))
        yield from list(prediction.rows(image)) or ([image] if len(image) > 1 else [])


def to_csv(predictions: Iterable[Prediction], tasks: Mapping[str, Task]) -> str:
    """The table of several images, which are numbered from 0."""
    text = io.StringIO(newline='')
    table = csv.DictWriter(text, table_columns(tasks), lineterminator='\n')
    table.writeheader()
    table.writerows(table_rows(predictions))
    return text.getvalue()


def as_text(prediction: Prediction) -> str:
    """A line about the image and a table of its first objects."""
    table = _cells(prediction)
    if len(table) == 1:
        return _title(prediction)
    return '\n'.join([_title(prediction), AsciiTable(table).table, *_rest(prediction)])


def as_html(prediction: Prediction) -> str:
    """The picture, the line and the table."""
    parts = [_picture(prediction), f'<p>{html.escape(_title(prediction))}</p>']
    if len(table := _cells(prediction)) > 1:
        rows = [''.join(f'<td>{html.escape(cell)}</td>' for cell in row) for row in table]
        rows[0] = rows[0].replace('td>', 'th>')
        parts.append(f'<table>{"".join(f"<tr>{row}</tr>" for row in rows)}</table>')
    return ''.join(parts + [f'<p>{line}</p>' for line in _rest(prediction)])


def _title(prediction: Prediction) -> str:
    height, width = prediction.size
    title = f'{_source(prediction)}, {width} x {height} px'
    if prediction.objects is not None:
        counts = Counter(prediction.names.tolist())
        named = [f'{counts[name]} {name}' for name in prediction.classes if counts[name]]
        title += f': {", ".join(named) or "no objects"}'
    said = [
        f'{name} {value}'
        for name, value in prediction.image_row().items()
        if value is not None and not name.endswith(SCORE)
    ]
    return '; '.join([title, *said])


def _source(prediction: Prediction) -> str:
    if prediction.frame is not None:
        return f'frame {prediction.frame}'
    if prediction.source is None or isinstance(prediction.source, np.ndarray):
        return 'array'
    return str(prediction.source)


def _cells(prediction: Prediction) -> list[list[str]]:
    """Header and rows; without tasks of many columns, such as points: they would not fit."""
    answered = tasks_per('object', prediction.answered)
    few = {name: task for name, task in answered.items() if len(_numbers(task.columns())) <= 2}
    header = _numbers(row_columns(few)[1:])
    rows = prediction[:SHOWN].rows() if len(prediction) else ()
    return [header, *([_cell(row.get(column)) for column in header] for row in rows)]


def _numbers(columns: list[str]) -> list[str]:
    """The columns that say something, and not how certain that is."""
    return [column for column in columns if not column.endswith(SCORE)]


def _rest(prediction: Prediction) -> list[str]:
    more = len(prediction) - SHOWN
    return [f'and {more} more'] if more > 0 else []


def _cell(value: Any) -> str:
    return '' if value is None else str(value)


def _picture(prediction: Prediction) -> str:
    """Small, as an address that holds it; nothing if it is not known where the image is."""
    try:
        picture = prediction.draw()
    except UserError:
        return ''
    picture.thumbnail((SIDE, SIDE))
    data = io.BytesIO()
    picture.save(data, 'JPEG', quality=80)
    return f'<img src="data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}">'
