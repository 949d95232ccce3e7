"""Synthetic pets as the files of Oxford-IIIT Pet, in its original layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import cv2
import numpy as np

from .pet_breeds import BREEDS
from .pet_scene import PetScene, render

JPEG_QUALITY = 92
SPECIES_NUMBER = {'cat': 1, 'dog': 2}
LIST_HEADER = ['#Image CLASS-ID SPECIES BREED ID', '#ID: 1:37 Class ids', '#SPECIES: 1:Cat 2:Dog']
XML = """<annotation>
	<folder>OXIIIT</folder>
	<filename>{name}.jpg</filename>
	<source><database>synthetic pets</database></source>
	<size><width>{width}</width><height>{height}</height><depth>3</depth></size>
	<segmented>0</segmented>{objects}
</annotation>
"""
XML_OBJECT = """
	<object>
		<name>{species}</name>
		<pose>Frontal</pose>
		<truncated>0</truncated>
		<occluded>0</occluded>
		<bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox>
		<difficult>0</difficult>
	</object>"""


@dataclass(frozen=True)
class PetName:
    """One picture of the set: the ``number``-th of its breed, the ``index``-th of all."""

    index: int
    breed: str
    number: int

    @property
    def text(self) -> str:
        return f'{self.breed}_{self.number}'


def pet_names(count: int) -> list[PetName]:
    """The breeds take turns."""
    breeds = list(BREEDS)
    return [PetName(i, breeds[i % len(breeds)], i // len(breeds) + 1) for i in range(count)]


def official_parts(names: list[PetName]) -> dict[str, list[PetName]]:
    """The first half of each breed is ``trainval``, the rest ``test``."""
    most = {name.breed: name.number for name in names}  # the last number of each breed
    early = {name for name in names if 2 * name.number <= most[name.breed] + 1}
    return {
        'trainval': [name for name in names if name in early],
        'test': [name for name in names if name not in early],
    }


def write_pet(root: Path, name: PetName, seed: int, boxed: bool) -> None:
    """Render one pet and write its picture, its trimap and, if ``boxed``, its XML."""
    scene = render(seed, name.index, name.breed)
    picture = cv2.cvtColor(scene.photograph, cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _encode(root / 'images' / f'{name.text}.jpg', picture, quality)
    _encode(root / 'annotations' / 'trimaps' / f'{name.text}.png', scene.trimap, [])
    if boxed:
        write_xml(root, name, scene, [scene.head])


def write_xml(root: Path, name: PetName, scene: PetScene, heads: list[tuple]) -> None:
    """A VOC file with one object per head; VOC counts pixels from 1, and includes the last one."""
    height, width = scene.trimap.shape
    species = BREEDS[name.breed].species
    objects = ''.join(
        XML_OBJECT.format(x0 + 1, y0 + 1, x1, y1, species=species) for x0, y0, x1, y1 in heads
    )
    text = XML.format(name=escape(name.text), width=width, height=height, objects=objects)
    (root / 'annotations' / 'xmls' / f'{name.text}.xml').write_text(text, 'utf-8')


def write_lists(root: Path, names: list[PetName]) -> None:
    """``list.txt`` with its headers, ``trainval.txt`` and ``test.txt`` without."""
    parts = {'list': names, **official_parts(names)}
    for part, members in parts.items():
        lines = LIST_HEADER if part == 'list' else []
        members = sorted(members, key=lambda name: (name.breed.lower(), name.number))
        lines = [*lines, *map(list_line, members)]
        (root / 'annotations' / f'{part}.txt').write_text('\n'.join(lines) + '\n', 'utf-8')


def list_line(name: PetName) -> str:
    """Name, class, species, and the number of the breed among its species."""
    breeds = sorted(BREEDS, key=str.lower)
    species = BREEDS[name.breed].species
    of_species = [breed for breed in breeds if BREEDS[breed].species == species]
    numbers = (breeds.index(name.breed) + 1, SPECIES_NUMBER[species])
    return f'{name.text} {numbers[0]} {numbers[1]} {of_species.index(name.breed) + 1}'


def _encode(path: Path, pixels: np.ndarray, options: list[int]) -> None:
    _, encoded = cv2.imencode(path.suffix, pixels, options)
    path.write_bytes(encoded.tobytes())
