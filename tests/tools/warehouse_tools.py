"""The tools that make and convert warehouses, loaded once, and what their tests share."""

from __future__ import annotations

import json
from pathlib import Path

from labelling import load

SMALL = ('--train', 4, '--val', 2, '--test', 2, '--size', '160x120', '--seed', 5)
CLASSES = ('--classes', 'person,forklift')
CODES = ('--codes', 'background=0,floor=1,shelf=2,rail=3,person=4,forklift=5')
converter, maker = load('warehouse'), load('synthetic_warehouse')


def make(out: Path, *options: object) -> Path:
    """Render a small set; ``out``."""
    maker.main(['--out', str(out), *map(str, (*SMALL, *options))])
    return out


def convert(lists: list[Path], out: Path, *options: object) -> tuple[dict, dict]:
    """Run the converter; the files of its parts, and its summary."""
    words = (*lists, '--out', out, *CLASSES, *CODES, *options)
    converter.main([str(word) for word in words])
    return parts_of(out), json.loads((out / 'summary.json').read_text())


def parts_of(out: Path) -> dict[str, dict]:
    """The COCO files of a set."""
    return {
        path.stem: json.loads(path.read_text()) for path in (out / 'annotations').glob('*.json')
    }


def lists_of(raw: Path) -> list[Path]:
    return [raw / f'{part}.json' for part in ('train', 'val', 'test')]
