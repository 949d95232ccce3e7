"""A tiny set in the layout of Oxford-IIIT Pet, which a test may spoil."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from projects.smn.convert.pet.lists import Pet
from projects.smn.convert.pet.records import PetWriter
from projects.smn.convert.pet.source import open_source
from projects.smn.convert.report import Report

WIDTH, HEIGHT = 24, 16
PETS = [
    Pet('Abyssinian_1', 'Abyssinian', 'cat', 1),
    Pet('Abyssinian_2', 'Abyssinian', 'cat', 1),
    Pet('great_pyrenees_1', 'great_pyrenees', 'dog', 2),
    Pet('Siamese_1', 'Siamese', 'cat', 3),
]
XML = '<annotation>{}</annotation>'
HEAD = (
    '<object><name>cat</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>'
    '</bndbox></object>'
)


class RawPets:
    """The files below ``root``, and what a converter makes of them."""

    def __init__(self, root: Path, pets: list[Pet] = PETS) -> None:
        self.root = root
        for folder in ('images', 'annotations/trimaps', 'annotations/xmls'):
            (root / folder).mkdir(parents=True)
        for number, pet in enumerate(pets):
            colour = (10 * number % 256, 120, 200)
            Image.new('RGB', (WIDTH, HEIGHT), colour).save(self.image(pet.name))
            self.write_trimap(pet.name, trimap())
            self.xml(pet.name).write_text(XML.format(HEAD.format(3, 2, 8, 9)))
        self.write_list('list', [line(pet) for pet in pets])

    def image(self, name: str) -> Path:
        return self.root / 'images' / f'{name}.jpg'

    def trimap(self, name: str) -> Path:
        return self.root / 'annotations' / 'trimaps' / f'{name}.png'

    def xml(self, name: str) -> Path:
        return self.root / 'annotations' / 'xmls' / f'{name}.xml'

    def write_trimap(self, name: str, values: np.ndarray) -> None:
        Image.fromarray(values).save(self.trimap(name))

    def write_list(self, part: str, lines: list[str]) -> Path:
        path = self.root / 'annotations' / f'{part}.txt'
        path.write_text('\n'.join(lines) + '\n')
        return path

    def convert(
        self, out: Path, class_key: str = 'breed', border: str = 'ignore'
    ) -> tuple[dict, Report, PetWriter]:
        """The COCO file, what is said about the source, and the writer."""
        report = Report(self.root)
        source = open_source(self.root, report)
        (out / 'images').mkdir(parents=True)
        writer = PetWriter(source, out, class_key, border, report)
        return writer.coco(source.pets), report, writer


def line(pet: Pet) -> str:
    return f'{pet.name} {pet.number} {1 if pet.species == "cat" else 2} 1'


def trimap() -> np.ndarray:
    """Foreground of 8 x 6 pixels at column 6, row 4, with a border of 2 pixels around it."""
    values = np.full((HEIGHT, WIDTH), 2, np.uint8)
    values[2:12, 4:16] = 3
    values[4:10, 6:14] = 1
    return values
