"""Running ``tools/prepare/makesense.py`` in this process, on exports that are made for it."""

from __future__ import annotations

import json
from pathlib import Path

from labelling import load, write_makesense

LONG = [20, 20, 180, 20, 180, 60, 20, 60]
LINE = [30, 38, 170, 38, 170, 42, 30, 42]
LOW = [20, 100, 180, 100, 180, 150, 20, 150]
BOARD = [5, 5, 15, 5, 15, 15, 5, 15]
POLYGONS = [('board', BOARD), ('fruit', LONG), ('backbone', LINE), ('fruit', LOW)]
POINTS = [('head', 22, 40), ('tail', 183, 40), ('neck_3', 100, 40), ('rating_1', 50, 50)]
tool = load('makesense')


def write_export(folder: Path, polygons=POLYGONS, points=POINTS, images=('a.jpg',)) -> Path:
    """An export of one image, or of several that are alike, in ``folder/export``."""
    folder = folder / 'export'
    rows = [(*point, name) for name in images for point in points]
    write_makesense(folder, dict.fromkeys(images, polygons), rows)
    return folder


def run_makesense(out: Path, *words: object) -> tuple[dict, dict]:
    """The COCO file, the one to train on if there is a split, and the summary."""
    tool.main([str(word) for word in (*words, '--out', out)])
    path = out / 'annotations/all.json'
    coco = json.loads((path if path.exists() else out / 'annotations/train.json').read_text())
    return coco, json.loads((out / 'summary.json').read_text())


def write_and_convert(folder: Path, *words: object, **source) -> tuple[dict, dict]:
    """Write ``folder/export`` and convert it to ``folder/out``."""
    return run_makesense(folder / 'out', write_export(folder, **source), *words)
