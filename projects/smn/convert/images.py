"""Image files: found by what records call them, compared, and copied."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import defaultdict
from collections.abc import Container, Mapping
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from projects.smn.convert.decoded import ImageSize, image_size
from projects.smn.convert.report import Report
from projects.smn.errors import UserError
from projects.smn.reading import ImageError
from projects.smn.reading.file_names import meant, spellings
from projects.smn.reading.orientation import DRAWN, SWAPS_SIDES

TAKEN_UPRIGHT = 'images that EXIF turns, taken as labelled upright (--drawn says otherwise)'
# Of what can be opened; these only tell which files beside the images may be images as well.
SUFFIXES = {
    *('.jpg', '.jpeg', '.jpe', '.jfif', '.mpo', '.png', '.webp', '.bmp', '.tif', '.tiff', '.gif'),
    *('.heic', '.heif', '.avif', '.jp2', '.j2k', '.ppm', '.pgm', '.pbm'),
}


def match_images(
    images: list[dict],
    folder: Path,
    report: Report,
    skip_missing: bool = False,
    labelled: Container[int] = (),
    drawn: str | None = None,
) -> tuple[dict[int, dict], dict[int, Path]]:
    """Records by id, with bare file names and true sizes, and the file of each.

    Args:
        images: Records with ``id`` and ``file_name``; a size that they state is compared.
        folder: Where the files are.
        report: Gets what was skipped and corrected.
        skip_missing: Leave out images that are missing, broken, or not the ones that were labelled.
        labelled: Ids of images with labels in pixels. If such a file has another size than its
            record states, nobody knows where on it the labels lie.
        drawn: ``'upright'`` or ``'stored'``: on which picture the labels lie of photographs that
            EXIF turns. Without it, the sizes in the records tell; where they cannot, upright. What
            a record says itself counts for more.

    Raises:
        UserError: No image is found, or two records are of one file; without ``skip_missing`` also
            if one is missing, cannot be decoded to the end, or has labels of another size.
    """
    if not folder.is_dir():
        raise UserError(f'--images {folder}: there is no such folder')
    records: dict[int, dict] = {}
    paths: dict[int, Path] = {}
    for image in tqdm(images, desc='read images', disable=None, leave=False):
        name = image['file_name']
        path = find_image(folder, name)
        said = _drawn(image, report.source, drawn)
        size, fault = _look_at(image, path, folder, image['id'] in labelled, said)
        if fault is None:
            records[image['id']] = _true_record(image, size, report, said)
            paths[image['id']] = path
        elif skip_missing:
            report.skipped[f'images that {fault.what}'].append(f'{name} {fault.reason}'.strip())
        else:
            hint = meant(folder, name) if path is None else ''  # it takes a while
            raise UserError(
                f'{report.source} names the image {name!r}: {fault.clause}{hint}; '
                '--skip-missing leaves such images out'
            )
    if not paths:
        raise UserError(f'--images {folder}: none of the {len(images)} images named can be used')
    _refuse_shared(records, paths, images, report)
    return records, paths


def find_image(folder: Path, name: str) -> Path | None:
    """The file that ``name`` means: its whole path under ``folder``, else without its prefixes."""
    for text in spellings(name):
        parts = [part for part in re.split(r'[\\/]+', text) if part not in ('', '.', '..')]
        for start in range(len(parts)):
            path = folder.joinpath(*parts[start:])
            if path.is_file():
                return path
    return None


def same_pictures(paths: Mapping[int, Path]) -> list[list[int]]:
    """Image ids grouped by equal file contents; only files of equal length are read."""
    by_length = defaultdict(list)
    for number, path in paths.items():
        by_length[path.stat().st_size].append(number)
    groups = defaultdict(list)
    for length, numbers in by_length.items():
        for number in numbers:
            content = paths[number].read_bytes() if len(numbers) > 1 else b''
            groups[length, hashlib.sha256(content).digest()].append(number)
    return list(groups.values())


def unused_images(paths: Mapping[int, Path]) -> list[Path]:
    """Image files that lie beside those of ``paths``."""
    used = set(paths.values())
    folders = sorted({path.parent for path in used})
    beside = (path for folder in folders for path in sorted(folder.iterdir()))
    return [path for path in beside if path.suffix.lower() in SUFFIXES and path not in used]


def put_images(files: Mapping[str, Path], folder: Path, link: bool = False) -> None:
    """Copy each file, or make a hard link to it, under its name in ``folder``.

    A symbolic link would lead out of the folder, where the data set reads nothing.

    Raises:
        UserError: If a link cannot be made.
    """
    for name, path in tqdm(files.items(), desc='images', disable=None, leave=False):
        if not link:
            shutil.copyfile(path, folder / name)
            continue
        try:
            (folder / name).hardlink_to(path.resolve())
        except OSError as error:
            raise UserError(
                f'cannot make a hard link to {path} ({error.strerror or error}), which must be on '
                'the file system of the result: leave out --link hardlink'
            ) from None


class Fault(NamedTuple):
    """Why an image cannot be used.

    Attributes:
        what: The end of "images that ...".
        clause: The end of a sentence about this one.
        reason: What is wrong with its file, if that is.
    """

    what: str
    clause: str
    reason: str = ''


def _drawn(image: dict, source: object, drawn: str | None) -> str | None:
    """On which picture the labels of an image lie: what its record says, else ``drawn``."""
    said = image.get('drawn') or drawn
    if said not in (None, *DRAWN):
        raise UserError(
            f"{source}: image {image['id']}: `drawn` must be 'upright' or 'stored', not "
            f'{said!r:.40}'
        )
    return said


def _refuse_shared(
    records: Mapping[int, dict], paths: Mapping[int, Path], images: list[dict], report: Report
) -> None:
    """Raise a UserError if two records are of one file: its labels would be apart."""
    names = {image['id']: image['file_name'] for image in images if image['id'] in records}
    first: dict[Path, int] = {}
    for number, path in paths.items():
        other = first.setdefault(path, number)
        if other != number:
            raise UserError(
                f'{report.source}: images {other} and {number}, {names[other]!r} and '
                f'{names[number]!r}, are one file, {path}, which must have one record'
            )


def _look_at(
    image: dict, path: Path | None, folder: Path, labelled: bool, drawn: str | None
) -> tuple[ImageSize | None, Fault | None]:
    """The size of an image, and what is wrong with it."""
    if path is None:
        return None, Fault('are not in the folder', f'it is not in {folder}')
    try:
        size = image_size(path)
    except ImageError as error:
        return None, Fault('cannot be read', f'{path} {error}', str(error))
    if not labelled:
        return size, None
    sizes = {'upright': [size[:2]], 'stored': [size.stored]}.get(drawn, [size[:2]])
    if drawn == 'upright':
        sizes.append(size.stored)  # as tools write that show a photograph upright
    if any(_change(image, *one) is None for one in sizes):
        return size, None
    change = _change(image, *size[:2])
    if size.orientation >= SWAPS_SIDES and _change(image, *size.stored) is None:
        return size, Fault(
            'EXIF turns, and nobody says how their labels were drawn',
            f'EXIF turns {path}, {change}: say --drawn upright if its labels lie on the picture '
            'as people see it, --drawn stored if on the one that is stored',
        )
    return size, Fault(
        'have another size than their labels',
        f'{path} has another size, {change}',
    )


def _change(image: dict, width: int, height: int) -> str | None:
    """How the size that a record states differs from a true one; one that it lacks does not."""
    stated = image.get('width'), image.get('height')
    if all(side in (None, 0, true) for side, true in zip(stated, (width, height), strict=True)):
        return None
    return f'{stated[0]}x{stated[1]} -> {width}x{height}'


def _true_record(image: dict, size: ImageSize, report: Report, drawn: str | None) -> dict:
    name = re.split(r'[\\/]', report.text(image['file_name']))[-1]
    turned = size.orientation > 1
    stored = turned and drawn == 'stored'
    width, height = size.stored if stored else size[:2]
    if change := _change(image, width, height):
        report.noticed['image sizes corrected'].append(f'{name}: {change}')
    if turned and drawn is None:
        report.noticed[TAKEN_UPRIGHT].append(name)
    record = {**image, 'file_name': name, 'width': width, 'height': height}
    if not turned:  # one picture is the other
        record.pop('drawn', None)
    return record | ({'drawn': 'stored'} if stored else {})
