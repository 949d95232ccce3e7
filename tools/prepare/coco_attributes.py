"""Turn COCO class names that encode attributes into one class with ``attributes``.

A file that calls its classes ``Mandarina-B-Mediana`` has one class and two classifications. The
named groups of ``--pattern``, which must match a whole class name, become the attributes:

    python tools/prepare/coco_attributes.py export/annotations.json --images export/images \\
        --out data/mandarin --pattern 'Mandarina-(?P<grade>[ABC])-(?P<size>.+)' --class mandarin \\
        --rename size.Pequeña=small size.Mediana=medium size.Grande=large --split 80-20

writes ``OUT/annotations/{train,test}.json`` (with ``--split 80-10-10`` also ``val``, without a
split ``all.json``), ``OUT/images/`` and ``OUT/summary.json``, all of them or none. The source is
only read. What is wrong in it is repaired where the right value is certain, else reported.

An image from which an object had to be left out, because its outline covers nothing, gets
``complete: false``. Classes that do not match keep their own name unless ``--drop-unmatched``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import re
import shutil
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.smn.errors import UserError, listing, run_tool
from projects.smn.files import write_json

IMAGE_SUFFIXES = {'.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.webp'}
# What is left of text that lost its letters: the replacement character, control characters, half
# of a two-byte letter, or a question mark in the middle of a word.
BROKEN_TEXT = re.compile('[\ufffd\x80-\x9f]|[ÃÂ][\xa0-\xbf]|\\w\\?\\w')
PARTS = {2: ('train', 'test'), 3: ('train', 'val', 'test')}


@dataclass
class Report:
    """What was done to the source, for the summary."""

    source: Path
    repaired: dict[str, str] = field(default_factory=dict)
    not_repairable: list[str] = field(default_factory=list)
    corrected: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    noticed: dict[str, list] = field(default_factory=lambda: defaultdict(list))

    def text(self, raw: str) -> str:
        """``raw`` repaired, and a line in the report if that changed or could not help."""
        fixed = repair(raw)
        if fixed != raw:
            self.repaired[raw] = fixed
        if BROKEN_TEXT.search(fixed) and raw not in self.not_repairable:
            self.not_repairable.append(raw)
        return fixed


# Text


def _windows_bytes(text: str) -> bytes:
    # cp1252 leaves five bytes undefined, which programs then read as latin-1 does.
    return b''.join(char.encode('cp1252', 'ignore') or char.encode('latin-1') for char in text)


def repair(text: str) -> str:
    """Undo a reading of UTF-8 as a one-byte encoding (also one done twice); give NFC.

    Text in a one-byte encoding is hardly ever valid UTF-8 by accident, so text that turns out to
    be valid was UTF-8; all other text is left as it is.
    """
    text = unicodedata.normalize('NFC', text)
    for codec in ('cp1252', 'cp1252', 'cp850', 'mac_roman'):
        # In the last two, letters alone may be valid UTF-8 by accident; symbols tell.
        if codec != 'cp1252' and not _has_symbol(text):
            continue
        try:
            raw = _windows_bytes(text) if codec == 'cp1252' else text.encode(codec)
            better = raw.decode('utf-8')
        except UnicodeError:
            continue
        if better.isprintable():
            text = better
    return unicodedata.normalize('NFC', text)


def _has_symbol(text: str) -> bool:
    return any(ord(char) > 127 and unicodedata.category(char)[0] == 'S' for char in text)


# Reading the source


def read_coco(path: Path, report: Report) -> dict[str, Any]:
    """Read a COCO file and check its frame: the three lists, their ids and their references."""
    if not path.is_file():
        raise UserError(f'{path}: there is no such file')
    raw = path.read_bytes()
    try:
        try:
            coco = json.loads(raw)
        except UnicodeDecodeError:
            coco = json.loads(raw.decode('cp1252', 'replace'))
            report.noticed['annotation file is not UTF-8, read as cp1252'].append(str(path))
    except ValueError as error:
        raise UserError(f'{path} is not JSON: {error}') from None
    keys = {'images': ('id', 'file_name'), 'categories': ('id', 'name')}
    keys['annotations'] = ('image_id', 'category_id')
    for name, needed in keys.items():
        records = coco.get(name) if isinstance(coco, dict) else None
        if not isinstance(records, list):
            raise UserError(f'{path} is not COCO: it has no list {name!r}')
        for place, record in enumerate(records):
            _check_record(record, needed, f'{path} is not COCO: {name}[{place}]')
        if 'id' in needed:
            _check_unique(records, f'{path}: {name}')
    known = {category['id'] for category in coco['categories']}
    for annotation in coco['annotations']:
        if annotation['category_id'] not in known:
            raise UserError(
                f'{path}: annotation {annotation.get("id")} has category_id '
                f'{annotation["category_id"]}, which no category has'
            )
    return coco


def _check_record(record: Any, needed: tuple[str, ...], where: str) -> None:
    for key in needed:
        kind = str if key in ('file_name', 'name') else int
        if not isinstance(record, dict) or not isinstance(record.get(key), kind):
            noun = 'text' if kind is str else 'a whole number'
            raise UserError(f'{where} has no {key!r} that is {noun}')


def _check_unique(records: list[dict], where: str) -> None:
    for number, count in Counter(record['id'] for record in records).items():
        if count > 1:
            raise UserError(f'{where} has the id {number} {count} times')


# Classes and attributes


@dataclass
class Meaning:
    """What one category of the source means."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)


def read_pattern(text: str) -> re.Pattern[str]:
    """Compile ``--pattern``, which needs a named group."""
    try:
        # Class names are compared in NFC, however the terminal or the file writes its accents.
        pattern = re.compile(unicodedata.normalize('NFC', text))
    except re.error as error:
        raise UserError(f'--pattern {text!r} is not a regular expression: {error}') from None
    if not pattern.groupindex:
        raise UserError(f'--pattern {text!r} has no named group such as (?P<size>.+)')
    return pattern


def read_meanings(
    coco: dict, pattern: re.Pattern[str], class_name: str, report: Report
) -> dict[int, Meaning]:
    """Category id -> meaning. A group that takes no part in a match leaves its key absent."""
    meanings, unmatched = {}, []
    for category in coco['categories']:
        name = report.text(category['name'])
        match = pattern.fullmatch(name)
        if match:
            found = {key: value for key, value in match.groupdict().items() if value}
            meanings[category['id']] = Meaning(class_name, found)
        else:
            meanings[category['id']] = Meaning(name)
            unmatched.append(name)
    if len(unmatched) == len(meanings):
        raise UserError(
            f'--pattern {pattern.pattern!r} matches no category: there is {listing(unmatched)}'
        )
    if unmatched:
        report.noticed['categories that do not match --pattern'] = unmatched
    return meanings


def rename_values(meanings: dict[int, Meaning], renames: list[str]) -> None:
    """Apply ``attribute.old=new`` in place, all at once, so that two values may swap names."""
    known: dict[str, set[str]] = defaultdict(set)
    for meaning in meanings.values():
        for key, value in meaning.attributes.items():
            known[key].add(value)
    new_names = {}
    for text in renames:
        parts = re.fullmatch(r'([^.=]+)\.(.+)=(.+)', text)
        if not parts:
            raise UserError(f'--rename {text!r} is not of the form attribute.old=new')
        key, old, new = parts[1], repair(parts[2]), unicodedata.normalize('NFC', parts[3])
        if key not in known:
            raise UserError(f'--rename {text!r}: no attribute {key!r}, there is {listing(known)}')
        if old not in known[key]:
            have = listing(sorted(known[key]))
            raise UserError(f'--rename {text!r}: {key!r} has no value {old!r}, it has {have}')
        new_names[key, old] = new
    for meaning in meanings.values():
        for key, value in meaning.attributes.items():
            meaning.attributes[key] = new_names.get((key, value), value)


# Images


def find_image(folder: Path, name: str) -> Path | None:
    """The file that ``name`` means: its whole path under ``folder``, else without its prefixes."""
    fixed = repair(name)
    for text in dict.fromkeys((name, fixed, unicodedata.normalize('NFD', fixed))):
        parts = [part for part in re.split(r'[\\/]+', text) if part not in ('', '.', '..')]
        for start in range(len(parts)):
            path = folder.joinpath(*parts[start:])
            if path.is_file():
                return path
    return None


def image_size(path: Path) -> tuple[int, int, bool]:
    """Width, height as a training pipeline sees them, and whether EXIF turns the stored pixels."""
    with Image.open(path) as image:
        width, height = image.size
        orientation = image.getexif().get(0x0112, 1)
    if orientation in (5, 6, 7, 8):
        return height, width, True
    return width, height, orientation in (2, 3, 4)


def read_images(coco: dict, folder: Path, report: Report) -> tuple[dict[int, dict], dict]:
    """Image records by id, with bare file names and true sizes, and the file of each."""
    if not folder.is_dir():
        raise UserError(f'--images {folder}: there is no such folder')
    records: dict[int, dict] = {}
    paths: dict[int, Path] = {}
    taken: dict[str, int] = {}
    for image in coco['images']:
        path = find_image(folder, image['file_name'])
        if path is None:
            report.skipped['images that are not in the folder'].append(image['file_name'])
            continue
        try:
            width, height, turned = image_size(path)
        except (OSError, Image.DecompressionBombError):
            report.skipped['images that cannot be read'].append(image['file_name'])
            continue
        name = re.split(r'[\\/]', report.text(image['file_name']))[-1]
        if name in taken:
            raise UserError(
                f'{report.source}: images {taken[name]} and {image["id"]} would both be named '
                f'{name!r} without their folders'
            )
        taken[name] = image['id']
        stated = (image.get('width'), image.get('height'))
        if stated != (width, height):
            change = f'{name}: {stated[0]}x{stated[1]} -> {width}x{height}'
            report.noticed['image sizes corrected'].append(change)
        if turned:
            report.noticed['images that EXIF turns: check where their objects lie'].append(name)
        records[image['id']] = {**image, 'file_name': name, 'width': width, 'height': height}
        paths[image['id']] = path
    if not paths:
        raise UserError(f'--images {folder} holds none of the {len(coco["images"])} images named')
    _notice_files(paths, records, report)
    return records, paths


def _notice_files(paths: dict[int, Path], records: dict[int, dict], report: Report) -> None:
    used = set(paths.values())
    for folder in sorted({path.parent for path in used}):
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in IMAGE_SUFFIXES and path not in used:
                report.noticed['image files that no record names'].append(path.name)
    for group in same_pictures(paths):
        if len(group) > 1:
            names = [records[number]['file_name'] for number in group]
            report.noticed['identical images, kept in one part'].append(' = '.join(names))


def same_pictures(paths: dict[int, Path]) -> list[list[int]]:
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


# Objects


def polygon_area(xy: list[float]) -> float:
    """Area of one polygon ``[x, y, x, y, ...]`` by the shoelace formula."""
    xs, ys = xy[::2], xy[1::2]
    last = len(xs) - 1
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(last + 1))) / 2


def _is_polygon(part: Any) -> bool:
    numbers = isinstance(part, list) and all(_is_number(value) for value in part)
    return numbers and len(part) >= 6 and len(part) % 2 == 0 and polygon_area(part) >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def measure(outline: Any, image: dict) -> tuple[Any, list[float], float] | None:
    """The sound part of a ``segmentation``, its box and its area; None when nothing is left."""
    if isinstance(outline, dict):
        return _measure_rle(outline, image)
    sound = [part for part in outline if _is_polygon(part)] if isinstance(outline, list) else []
    if not sound:
        return None
    xs = [x for part in sound for x in part[::2]]
    ys = [y for part in sound for y in part[1::2]]
    box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    return sound, box, sum(polygon_area(part) for part in sound)


def _measure_rle(outline: dict, image: dict) -> tuple[dict, list[float], float] | None:
    from pycocotools import mask

    size, counts = outline.get('size'), outline.get('counts')
    if size != [image['height'], image['width']] or not isinstance(counts, (list, str)):
        return None
    try:
        whole = mask.frPyObjects(outline, *size) if isinstance(counts, list) else outline
        area = float(mask.area(whole))
    except (TypeError, ValueError):
        return None
    return (outline, mask.toBbox(whole).tolist(), area) if area else None


def place(annotation: dict, image: dict, report: Report) -> dict | None:
    """The annotation with a sound outline, box and area; None when it cannot be placed.

    A box that is there is kept. An area that is not even half or double the outline's is replaced:
    some exporters write the area of the image.
    """
    box, area = annotation.get('bbox'), annotation.get('area')
    has_box = isinstance(box, list) and len(box) == 4 and all(map(_is_number, box))
    has_box = has_box and min(box[2:]) > 0
    placed = {'iscrowd': 0, **annotation}  # COCO's scores need the key
    if annotation.get('segmentation'):
        measured = measure(annotation['segmentation'], image)
        if measured is None:
            return None
        placed['segmentation'], true_box, true_area = measured
        if len(placed['segmentation']) < len(annotation['segmentation']):
            report.corrected['outlines without their degenerate parts'] += 1
        lowest = true_area / 2
    elif has_box:
        true_box, true_area, lowest = box, box[2] * box[3], 0
    else:
        return None
    placed['bbox'] = box if has_box else true_box
    if not has_box:
        report.corrected['boxes computed'] += 1
    if not _is_number(area) or not lowest <= area <= 2 * true_area:
        report.corrected['areas computed' if area is None else 'wrong areas replaced'] += 1
        placed['area'] = round(true_area, 2)
    _notice_box(placed, true_box, image, report)
    return placed


def _notice_box(placed: dict, true_box: list[float], image: dict, report: Report) -> None:
    x0, y0, x1, y1 = corners = _corners(placed['bbox'])
    if max(abs(a - b) for a, b in zip(corners, _corners(true_box), strict=True)) > 2:
        report.noticed['objects with a box over 2 px off their outline'].append(placed['id'])
    if min(x0, y0) < -2 or x1 > image['width'] + 2 or y1 > image['height'] + 2:
        report.noticed['objects that reach out of their image'].append(placed['id'])


def _corners(box: list[float]) -> tuple[float, float, float, float]:
    return box[0], box[1], box[0] + box[2], box[1] + box[3]


def convert_objects(
    coco: dict, meanings: dict[int, Meaning], kept: list[str], images: dict, report: Report
) -> list[dict]:
    """Annotations of the classes ``kept``, category ids counted from 1 in that order."""
    number_annotations(coco['annotations'], report)
    present = {image['id'] for image in coco['images']}
    objects = []
    for annotation in coco['annotations']:
        number, meaning = annotation['id'], meanings[annotation['category_id']]
        image = images.get(annotation['image_id'])
        if image is None:
            missing = 'is skipped' if annotation['image_id'] in present else 'has no record'
            report.skipped[f'objects whose image {missing}'].append(number)
        elif meaning.name not in kept:
            report.skipped['objects of classes that are dropped'].append(number)
        elif (placed := place(annotation, image, report)) is None:
            report.skipped['objects with a degenerate or malformed outline'].append(number)
            # Something is there and nobody knows where: the image has no certain background.
            image['complete'] = False
        else:
            placed['category_id'] = kept.index(meaning.name) + 1
            add_attributes(placed, meaning, report.source)
            objects.append(placed)
    return objects


def merge_categories(coco: dict, meanings: dict[int, Meaning], kept: list[str]) -> list[dict]:
    """One category per class, with what else (names of keypoints) the first of its name holds."""
    merged = []
    for number, name in enumerate(kept, 1):
        first = next(c for c in coco['categories'] if meanings[c['id']].name == name)
        rest = {key: value for key, value in first.items() if key != 'supercategory'}
        merged.append({**rest, 'id': number, 'name': name})
    return merged


def number_annotations(annotations: list[dict], report: Report) -> None:
    """Count the ids from 1 unless they are distinct and positive: COCO's scores misread 0."""
    ids = [annotation.get('id') for annotation in annotations]
    sound = all(isinstance(number, int) and number > 0 for number in ids)
    if not sound or len(set(ids)) < len(ids):
        report.corrected['annotations numbered anew'] = len(ids)
        for number, annotation in enumerate(annotations, 1):
            annotation['id'] = number


def add_attributes(placed: dict, meaning: Meaning, source: Path) -> None:
    """Join the attributes that the class name holds with those that are there already."""
    if not meaning.attributes:
        return
    old = placed.get('attributes')
    old = old if isinstance(old, dict) else {}
    for key, value in meaning.attributes.items():
        if old.get(key, value) != value:
            raise UserError(
                f'{source}: annotation {placed["id"]} has the attribute {key!r} {old[key]!r}, but '
                f'its class name says {value!r}'
            )
    placed['attributes'] = {**old, **meaning.attributes}


# Splitting and writing


def read_split(text: str | None) -> list[tuple[str, int]]:
    """``'80-20'`` -> train and test with their percentages; None -> everything in ``all``."""
    if text is None:
        return [('all', 100)]
    shares = [int(share) for share in text.split('-') if share.isdecimal()]
    names = PARTS.get(len(text.split('-')), ())
    if len(shares) != len(names) or not names or min(shares) < 1 or sum(shares) != 100:
        raise UserError(f'--split {text!r} is not like 80-20 or 80-10-10, with the sum 100')
    return list(zip(names, shares, strict=True))


def split_images(
    paths: dict[int, Path], split: list[tuple[str, int]], seed: int
) -> dict[str, set[int]]:
    """Image ids of each part. Identical files stay together, lest the test be in the training."""
    groups = sorted(same_pictures(paths))
    random.Random(seed).shuffle(groups)
    parts: dict[str, set[int]] = {name: set() for name, _ in split}
    ends = [sum(share for _, share in split[: i + 1]) for i in range(len(split))]
    done, part = 0, 0
    for group in groups:
        while done >= round(len(paths) * ends[part] / 100):
            part += 1
        parts[split[part][0]].update(group)
        done += len(group)
    for name, share in split:
        if not parts[name]:
            raise UserError(f'--split gives {share} % of {len(paths)} images to {name}: none')
    return parts


@contextmanager
def whole_folder(out: Path, sources: list[Path]) -> Iterator[Path]:
    """Give a folder beside ``out`` that becomes ``out`` when the block succeeds.

    Of what is there, only an earlier result of this tool is ever replaced.
    """
    out = out.resolve()
    if any(out == source or out in source.parents for source in sources):
        raise UserError(f'--out {out} holds the source: choose another folder')
    if out.exists() and not _is_replaceable(out):
        raise UserError(f'--out {out} holds something else than an earlier result of this tool')
    staged, old = (out.with_name(f'.{out.name}.{os.getpid()}.{word}') for word in ('new', 'old'))
    try:
        (staged / 'images').mkdir(parents=True)
        yield staged
        if out.exists():
            out.rename(old)
        staged.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _is_replaceable(out: Path) -> bool:
    if not out.is_dir():
        return False
    inside = {path.name for path in out.iterdir()}
    if not inside:
        return True
    if inside != {'annotations', 'images', 'summary.json'}:
        return False
    return '"tool": "coco_attributes"' in (out / 'summary.json').read_text('utf-8', 'replace')


def put_images(records: dict[int, dict], paths: dict[int, Path], folder: Path, link: str) -> None:
    """Copy or link every image under its bare name."""
    for number, path in tqdm(paths.items(), desc='images', disable=None, leave=False):
        target = folder / records[number]['file_name']
        if link == 'symlink':
            target.symlink_to(path.resolve())
        else:
            shutil.copyfile(path, target)


def part_of(coco: dict, numbers: set[int]) -> dict:
    """The COCO file of some of the images."""
    images = [image for image in coco['images'] if image['id'] in numbers]
    objects = [a for a in coco['annotations'] if a['image_id'] in numbers]
    return {**coco, 'images': images, 'annotations': objects}


# Summary


def count_part(coco: dict, attributes: list[str]) -> dict:
    """Number of images and of objects, by class and by value of each attribute."""
    names = {category['id']: category['name'] for category in coco['categories']}
    classes = Counter(names[a['category_id']] for a in coco['annotations'])
    values: dict[str, Counter] = {key: Counter() for key in attributes}
    for annotation in coco['annotations']:
        for key, value in (annotation.get('attributes') or {}).items():
            if key in values:
                values[key][str(value)] += 1
    return {
        'images': len(coco['images']),
        'objects': len(coco['annotations']),
        'classes': {name: classes[name] for name in names.values()},
        'attributes': {key: dict(sorted(counts.items())) for key, counts in values.items()},
    }


def summarize(coco: dict, parts: dict[str, dict], args: argparse.Namespace, report: Report) -> dict:
    """Everything a reader needs to know of the result, as ``OUT/summary.json`` keeps it."""
    keys = list(read_pattern(args.pattern).groupindex)
    sizes = sorted((i['width'] * i['height'], i['width'], i['height']) for i in coco['images'])
    busy = {annotation['image_id'] for annotation in coco['annotations']}
    empty = [image['file_name'] for image in coco['images'] if image['id'] not in busy]
    if empty:
        report.noticed['images without objects'] = empty
    return {
        'tool': 'coco_attributes',
        'options': {key: str(v) if isinstance(v, Path) else v for key, v in vars(args).items()},
        'counts': {name: count_part(part, keys) for name, part in {'all': coco, **parts}.items()},
        'image_sizes': {'smallest': sizes[0][1:], 'largest': sizes[-1][1:]},
        'repaired': report.repaired,
        'not_repairable': report.not_repairable,
        'corrected': dict(report.corrected),
        'skipped': dict(report.skipped),
        'noticed': dict(report.noticed),
    }


def print_summary(summary: dict) -> None:
    """Print the counts as a table of the parts, then what was done, and the first of each."""
    counts = summary['counts']
    rows = [('', list(counts))]
    rows += [(key, [part[key] for part in counts.values()]) for key in ('images', 'objects')]
    for name in counts['all']['classes']:
        rows.append((f'class {name}', [part['classes'][name] for part in counts.values()]))
    for key, values in counts['all']['attributes'].items():
        for value in values:
            found = [part['attributes'][key].get(value, 0) for part in counts.values()]
            rows.append((f'{key} {value}', found))
    width = max(len(title) for title, _ in rows)
    for title, numbers in rows:
        print(f'{title:{width}}' + ''.join(f'{number:>8}' for number in numbers))
    small, large = ('x'.join(map(str, size)) for size in summary['image_sizes'].values())
    print(f'image sizes: {small} to {large}')
    for before, after in summary['repaired'].items():
        print(f'repaired: {before!r} -> {after!r}')
    if summary['not_repairable']:
        print(f'broken text, left as it is: {listing(summary["not_repairable"])}')
    for what, number in summary['corrected'].items():
        print(f'corrected: {what}: {number}')
    for kind in ('skipped', 'noticed'):
        for what, items in summary[kind].items():
            print(f'{kind}: {what}: {len(items)} ({listing(items, 4)})')


# Command line


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('annotations', type=Path, metavar='ANN_JSON', help='COCO file, of any name')
    add('--images', type=Path, metavar='DIR', help='image folder; default: the one of ANN_JSON')
    add('--out', type=Path, required=True, help='folder to write; an earlier result is replaced')
    add('--pattern', required=True, help='regular expression; its named groups are attributes')
    add('--class', dest='class_name', required=True, metavar='NAME', help='class of what matches')
    add('--drop-unmatched', action='store_true', help='do not keep other names as classes')
    add(
        '--rename',
        nargs='+',
        default=[],
        metavar='ATTRIBUTE.OLD=NEW',
        help='other names for values, OLD as it reads after the repair: size.Pequeña=small',
    )
    add('--split', help='percentages: 80-20 is train-test, 80-10-10 is train-val-test')
    add('--seed', type=int, default=0, help='for the split; the same seed gives the same parts')
    add('--link', choices=('copy', 'symlink'), default='copy', help='how images get to OUT')
    args = parser.parse_args(argv)
    args.images = args.images or args.annotations.parent
    return args


def convert(args: argparse.Namespace, report: Report) -> tuple[dict, dict[int, Path]]:
    """The whole result as one COCO file, and the source file of each image."""
    pattern = read_pattern(args.pattern)
    source = read_coco(args.annotations, report)
    meanings = read_meanings(source, pattern, args.class_name, report)
    rename_values(meanings, args.rename)
    kept = list(dict.fromkeys([args.class_name, *(m.name for m in meanings.values())]))
    if args.drop_unmatched:
        kept = kept[:1]
    records, paths = read_images(source, args.images, report)
    objects = convert_objects(source, meanings, kept, records, report)
    result = {**source, 'images': list(records.values()), 'annotations': objects}
    return {**result, 'categories': merge_categories(source, meanings, kept)}, paths


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    split = read_split(args.split)
    report = Report(args.annotations)
    coco, paths = convert(args, report)
    numbers = split_images(paths, split, args.seed)
    parts = {name: part_of(coco, ids) for name, ids in numbers.items()}
    summary = summarize(coco, parts, args, report)
    sources = [args.annotations.resolve(), args.images.resolve()]
    with whole_folder(args.out, sources) as folder:
        put_images({i['id']: i for i in coco['images']}, paths, folder / 'images', args.link)
        for name, part in parts.items():
            write_json(folder / 'annotations' / f'{name}.json', part)
        write_json(folder / 'summary.json', summary, indent=2)
    print_summary(summary)
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_tool(main)
