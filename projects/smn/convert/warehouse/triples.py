"""Lists of triples: which image goes with which mask and which boxes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.convert.sources import read_json
from projects.smn.errors import UserError
from projects.smn.reading.formats import instead_of


@dataclass(frozen=True)
class Triple:
    """One image and its labels.

    Attributes:
        image: the file; ``text`` is how the list names it.
        mask, boxes: its files, or None where the image has no such label.
    """

    image: Path
    mask: Path | None
    boxes: Path | None
    text: str


def read_triples(path: Path, root: Path, report: Report) -> list[Triple]:
    """The triples of one list, a JSON file ``[[image, mask, boxes], ...]``.

    Args:
        root: Where relative paths begin.

    Raises:
        UserError: It is no such list, or it names no image.
    """
    content = read_json(path, report)
    if not isinstance(content, list):
        raise UserError(
            f'{path} is not a list of [image, mask, boxes]{instead_of("triples", content)}'
        )
    if not content:
        raise UserError(f'{path} is an empty list')
    if other := instead_of('triples', content):
        raise UserError(f'{path} is not a list of [image, mask, boxes]{other}')
    return [_triple(entry, root, f'{path}: entry {n}') for n, entry in enumerate(content, 1)]


def _triple(entry: Any, root: Path, where: str) -> Triple:
    if not isinstance(entry, list) or len(entry) != 3 or not _is_path(entry[0]):
        raise UserError(f'{where} is not [image, mask, boxes], but {entry!s:.60}')
    if not all(label is None or _is_path(label) for label in entry[1:]):
        raise UserError(f'{where}: mask and boxes must be paths or null, not {entry[1:]!s:.60}')
    # Lists that were written on Windows have backslashes.
    image, mask, boxes = (path and root / path.replace('\\', '/') for path in entry)
    return Triple(image, mask, boxes, entry[0])


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def output_names(triples: list[Triple]) -> list[str]:
    """A file name for each image, without its suffix, no two alike.

    It is that of the image; where folders have images of one name, folders stand before it.

    Raises:
        UserError: An image is named twice, or two in a folder differ in their suffix alone.
    """
    for image, times in Counter(triple.image for triple in triples).items():
        if times > 1:
            raise UserError(f'{image} is named {times} times; an image belongs to one triple')
    paths = [triple.image.with_suffix('') for triple in triples]
    parts = [[part for part in path.parts if part not in (path.anchor, '..')] for path in paths]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ['_'.join(folders[-depth:]) for folders in parts]
        if len(set(names)) == len(names):
            return names
    [(name, _)] = Counter(paths).most_common(1)
    raise UserError(f'{name}.* are several images whose masks would have one name')
