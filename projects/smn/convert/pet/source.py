"""The folders of Oxford-IIIT Pet: which files there are, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from projects.smn.convert.images import SUFFIXES
from projects.smn.convert.pet.lists import Pet, read_list
from projects.smn.convert.report import Report
from projects.smn.errors import UserError


@dataclass(frozen=True)
class PetSource:
    """A data set in its original layout.

    Attributes:
        root: holds ``images/`` and ``annotations/``.
        listed: by name, all that ``list.txt`` names, in its order.
        pictures: the image file of each that has one.
    """

    root: Path
    listed: dict[str, Pet]
    pictures: dict[str, Path]

    @property
    def pets(self) -> list[Pet]:
        """Those that have a picture."""
        return [pet for name, pet in self.listed.items() if name in self.pictures]

    @property
    def breeds(self) -> list[str]:
        """All breeds in the official order, also those without a picture."""
        return [breed for _, breed in sorted({(p.number, p.breed) for p in self.listed.values()})]

    @property
    def annotations(self) -> Path:
        return self.root / 'annotations'

    def trimap(self, name: str) -> Path:
        return self.annotations / 'trimaps' / f'{name}.png'

    def xml(self, name: str) -> Path:
        return self.annotations / 'xmls' / f'{name}.xml'


def open_source(root: Path, report: Report) -> PetSource:
    """Read the list and match it with the files; what does not match is reported.

    Raises:
        UserError: A folder is missing, or the list and the files are of different data sets.
    """
    for folder in (root, root / 'images', root / 'annotations', root / 'annotations' / 'trimaps'):
        if not folder.is_dir():
            raise UserError(
                f'{folder}: there is no such folder; ROOT needs images/ and annotations/ with '
                'trimaps/, and --download fetches them'
            )
    path = root / 'annotations' / 'list.txt'
    listed = read_list(path, report)
    found = _pictures(root / 'images', report)
    pictures = {name: path for name, path in found.items() if name in listed}
    if not pictures:
        raise UserError(
            f'{path} names none of the {len(found)} pictures in {root / "images"}: '
            'is it of another set?'
        )
    report.skip('names in list.txt without a picture', (n for n in listed if n not in found))
    report.skip('pictures that list.txt does not name', (n for n in found if n not in listed))
    for folder, suffix in (('trimaps', '.png'), ('xmls', '.xml')):
        beside = _names(root / 'annotations' / folder)
        unused = (n for n in beside if Path(n).suffix != suffix or Path(n).stem not in pictures)
        report.skip(f'files in {folder}/ of no picture that is used', unused)
    return PetSource(root, listed, pictures)


def _pictures(folder: Path, report: Report) -> dict[str, Path]:
    """Image files by name without suffix; of two with the same, the one that ends in .jpg."""
    names = _names(folder)
    # Archives made on a Mac hold a hidden "._name.jpg" beside each file.
    sound = [n for n in names if Path(n).suffix.lower() in SUFFIXES and n[0] != '.']
    pictures: dict[str, Path] = {}
    for name in sorted(sound, key=lambda name: (not name.endswith('.jpg'), name)):
        pictures.setdefault(Path(name).stem, folder / name)
    doubles = set(sound) - {path.name for path in pictures.values()}
    report.skip('pictures beside a .jpg of the same name', sorted(doubles))
    report.skip('files in images/ that are no pictures', sorted(set(names) - set(sound)))
    return dict(sorted(pictures.items()))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
