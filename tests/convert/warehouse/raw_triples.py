"""A tiny set of triples, which a test may spoil."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from projects.smn.convert.report import Report
from projects.smn.convert.warehouse.masks import Codes
from projects.smn.convert.warehouse.records import TripleWriter
from projects.smn.convert.warehouse.triples import output_names, read_triples

WIDTH, HEIGHT = 24, 16
CLASSES = ('person', 'forklift')
CODES = ['background=0', 'floor=7', 'person=3']
NAMES = ('a', 'b', 'c')


class RawTriples:
    """The files below ``root``, and what a converter makes of them.

    Each mask has background above floor and a person of 4 x 6 pixels at column 5, row 2, whose box
    is the only row of the CSV file.
    """

    def __init__(self, root: Path, names: tuple[str, ...] = NAMES) -> None:
        self.root = root
        for folder in ('images', 'masks', 'boxes'):
            (root / folder).mkdir(parents=True)
        for number, name in enumerate(names):
            Image.new('RGB', (WIDTH, HEIGHT), (40 * number, 120, 200)).save(self.image(name))
            self.write_mask(name, mask())
            self.boxes(name).write_text('person,5,2,8,7\n')
        self.write_list([self.triple(name) for name in names])

    def image(self, name: str) -> Path:
        return self.root / 'images' / f'{name}.png'

    def mask(self, name: str) -> Path:
        return self.root / 'masks' / f'{name}.png'

    def boxes(self, name: str) -> Path:
        return self.root / 'boxes' / f'{name}.csv'

    def triple(self, name: str) -> list[str | None]:
        return [f'images/{name}.png', f'masks/{name}.png', f'boxes/{name}.csv']

    def write_mask(self, name: str, codes: np.ndarray) -> None:
        Image.fromarray(codes).save(self.mask(name))

    def write_list(self, triples: object, part: str = 'train') -> Path:
        path = self.root / f'{part}.json'
        path.write_text(json.dumps(triples))
        return path

    def convert(
        self, out: Path, codes: list[str] | None = CODES, skip_missing: bool = False
    ) -> tuple[dict, Report, TripleWriter]:
        """The COCO file, what is said about the source, and the writer."""
        report = Report(self.root)
        triples = read_triples(self.root / 'train.json', self.root, report)
        (out / 'images').mkdir(parents=True)
        labels = {name: name for name in CLASSES}
        table = Codes.parse(codes) if codes else None
        writer = TripleWriter(out, CLASSES, labels, table, skip_missing, report)
        coco = writer.coco(zip(output_names(triples), triples, strict=True))
        return coco, report, writer


def mask() -> np.ndarray:
    codes = np.zeros((HEIGHT, WIDTH), np.uint8)
    codes[10:] = 7
    codes[2:8, 5:9] = 3
    return codes
