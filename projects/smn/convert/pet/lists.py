"""The list files of Oxford-IIIT Pet: which breed an image shows, and the official parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from projects.smn.convert.report import Report
from projects.smn.convert.sources import read_text
from projects.smn.errors import UserError

SPECIES = {'1': 'cat', '2': 'dog'}
# A name with the breed in front, the class from 1 to 37, the species, the breed within the species.
LINE = re.compile(r'((?P<breed>[^\s/\\]+)_\d+)\s+(?P<number>\d+)\s+(?P<species>[12])\s+\d+')
OFFICIAL_LISTS = ('trainval', 'test')


@dataclass(frozen=True)
class Pet:
    """One line of a list: what is known about an image without opening it.

    Attributes:
        name: of the image, without its suffix.
        number: of the breed, in the official order of classes.
    """

    name: str
    breed: str
    species: str
    number: int

    @property
    def meaning(self) -> str:
        """What the line says besides the name, for messages."""
        return f'class {self.number} is {self.breed} ({self.species})'


def read_list(path: Path, report: Report) -> dict[str, Pet]:
    """The pets of ``list.txt`` or of one of the official lists by name, in the order of the file.

    Raises:
        UserError: The file is missing, is of another data set, or contradicts itself.
    """
    pets: dict[str, Pet] = {}
    meanings: dict[int | str, str] = {}
    lines = _lines(path, report)
    for place, line in lines:
        pet = _read_line(line, f'{path}, line {place}')
        if pets.setdefault(pet.name, pet) != pet:
            raise UserError(f'{path}, line {place}: {pet.name!r} is something else further up')
        # A class number stands for one breed and a breed for one class number.
        for key in (pet.number, pet.breed):
            if meanings.setdefault(key, pet.meaning) != pet.meaning:
                raise UserError(
                    f'{path}, line {place}: {pet.meaning}, but further up {meanings[key]}'
                )
    if not pets:
        raise UserError(f'{path} names no image')
    if len(lines) > len(pets):
        report.corrected[f'repeated lines in {path.name}'] = len(lines) - len(pets)
    return pets


def read_official(folder: Path, pets: dict[str, Pet], report: Report) -> dict[str, set[str]]:
    """The names of ``trainval.txt`` and ``test.txt``, by ``'trainval'`` and ``'test'``.

    Raises:
        UserError: A list has hardly to do with ``pets``, or both lists name the same image.
    """
    parts = {}
    for part in OFFICIAL_LISTS:
        path = folder / f'{part}.txt'
        listed = read_list(path, report)
        known = [name for name in listed if name in pets]
        if not known:
            raise UserError(f'{path} names none of the images of list.txt: is it of another set?')
        if other := next((name for name in known if listed[name] != pets[name]), None):
            raise UserError(
                f'{path}: of {other!r} {listed[other].meaning}, in list.txt {pets[other].meaning}'
            )
        unknown = [name for name in listed if name not in pets]
        report.skip(f'names in {path.name} that list.txt lacks', unknown)
        parts[part] = set(known)
    if common := sorted(parts['trainval'] & parts['test']):
        raise UserError(f'{folder}: trainval.txt and test.txt both name {common[0]!r}')
    return parts


def _lines(path: Path, report: Report) -> list[tuple[int, str]]:
    """Numbered lines, without empty ones and without headers, which start with ``#``."""
    lines = read_text(path, report).splitlines()
    stripped = ((place, line.strip()) for place, line in enumerate(lines, 1))
    return [(place, line) for place, line in stripped if line and not line.startswith('#')]


def _read_line(line: str, where: str) -> Pet:
    match = LINE.fullmatch(line)
    if not match:
        raise UserError(
            f'{where}: {line[:60]!r} is not like "Abyssinian_100 1 1 1" (name, class, species, '
            'breed): is this list of another data set?'
        )
    return Pet(match[1], match['breed'], SPECIES[match['species']], int(match['number']))
