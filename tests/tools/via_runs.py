"""Running ``tools/prepare/via.py`` in this process, on exports that are made for it."""

from __future__ import annotations

import json
from pathlib import Path

from labelling import SQUARE, load, polygon, region, write_via

IMAGES = {
    f'{number}.jpg': [region(polygon(*(value + number for value in SQUARE)), grade=grade)]
    for number, grade in enumerate('ABABABABAB')
}
tool = load('via')


def run_via(out: Path, *words: object) -> tuple[dict[str, dict], dict]:
    """The COCO file of each part, and the summary."""
    tool.main([str(word) for word in (*words, '--out', out)])
    parts = {path.stem: json.loads(path.read_text()) for path in (out / 'annotations').iterdir()}
    return parts, json.loads((out / 'summary.json').read_text())


def write_and_convert(
    folder: Path, images: dict, *words: object, form='list', declared=None, names=('--class', 'x')
) -> tuple[dict[str, dict], dict]:
    """Write ``folder/export``, images as of ``write_via``, and convert it to ``folder/out``."""
    write_via(folder / 'export', images, form, declared=declared)
    return run_via(folder / 'out', folder / 'export', *names, *words)
