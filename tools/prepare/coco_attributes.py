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
``complete: false``. What LVIS says of an image, which categories are not there and which are not
all boxed, becomes the list of the classes for which it is complete. Classes that do not match keep
their own name unless ``--drop-unmatched``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _result import Converted, add_drawn, add_shared_flags, write_result

from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.complete_classes import read_complete
from projects.smn.convert.images import match_images
from projects.smn.convert.joined_categories import join_categories
from projects.smn.convert.objects import place_objects
from projects.smn.convert.report import Report
from projects.smn.convert.splits import read_split
from projects.smn.convert.turned_boxes import turn_boxes
from projects.smn.errors import UserError, listing, run_tool
from projects.smn.reading.text import repair
from projects.smn.reading.values import said

TOOL = 'coco_attributes'


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('annotations', type=Path, metavar='ANN_JSON', help='COCO file, of any name')
    add('--images', type=Path, metavar='DIR', help='image folder; default: the one of ANN_JSON')
    add_shared_flags(parser)
    add_drawn(parser)
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
    args = parser.parse_args(argv)
    args.images = args.images or args.annotations.parent
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    read_split(args.split)  # a wrong option is said before the images are read
    pattern = read_pattern(args.pattern)
    report = Report(args.annotations)
    data = convert(args, pattern, report)
    write_result(TOOL, args, data, [args.annotations, args.images], report)


def convert(args: argparse.Namespace, pattern: re.Pattern[str], report: Report) -> Converted:
    """The whole result as one COCO file, and the source file of each image."""
    coco = read_coco(args.annotations, report)
    meanings = read_meanings(coco, pattern, args.class_name, report)
    rename_values(meanings, args.rename)
    classes = list(dict.fromkeys([args.class_name, *(m.name for m in meanings.values())]))
    if args.drop_unmatched:
        classes = classes[:1]
    names = {i: meaning.name for i, meaning in meanings.items() if meaning.name in classes}
    read_complete(coco, names, report.source)
    labelled = {annotation['image_id'] for annotation in coco['annotations']}
    records, paths = match_images(
        coco['images'], args.images, report, args.skip_missing, labelled, args.drawn
    )
    drop_classes(coco, meanings, classes, report)
    coco['annotations'] = turn_boxes(coco['annotations'], report)
    objects = place_objects(coco, records, report)
    for annotation in objects:
        add_attributes(annotation, meanings[annotation['category_id']].attributes, report.source)
    result = {**coco, 'images': list(records.values()), 'annotations': objects}
    result['categories'] = join_categories(result, names, classes, report.source)
    return Converted(result, paths, list(pattern.groupindex))


@dataclass
class Meaning:
    """What one category of the source means."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)


def read_pattern(text: str) -> re.Pattern[str]:
    """Compile ``--pattern``, which needs a named group."""
    try:
        pattern = re.compile(repair(text))  # as the class names are
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
    for text in map(repair, renames):
        parts = re.fullmatch(r'([^.=]+)\.(.+)=(.+)', text)
        if not parts:
            raise UserError(f'--rename {text!r} is not of the form attribute.old=new')
        key, old, new = parts.groups()
        if key not in known:
            raise UserError(f'--rename {text!r}: no attribute {key!r}, there is {listing(known)}')
        if old not in known[key]:
            have = listing(sorted(known[key]))
            raise UserError(f'--rename {text!r}: {key!r} has no value {old!r}, it has {have}')
        new_names[key, old] = new
    for meaning in meanings.values():
        for key, value in meaning.attributes.items():
            meaning.attributes[key] = new_names.get((key, value), value)


def drop_classes(
    coco: dict, meanings: dict[int, Meaning], classes: list[str], report: Report
) -> None:
    """Leave only annotations of ``classes`` in ``coco``."""
    kept = []
    for annotation in coco['annotations']:
        if meanings[annotation['category_id']].name in classes:
            kept.append(annotation)
        else:
            what = 'objects of classes that are dropped'
            report.skipped[what].append(report.name(annotation['id']))
    coco['annotations'] = kept


def add_attributes(annotation: dict, attributes: dict[str, str], source: Path) -> None:
    """Join the attributes that the class name holds with those that are there already."""
    if not attributes:
        return
    old = annotation.get('attributes') or {}
    for key, value in attributes.items():
        if said(old.get(key, value)) != said(value):
            raise UserError(
                f'{source}: annotation {annotation["id"]} has the attribute {key!r} {old[key]!r}, '
                f'but its class name says {value!r}'
            )
    annotation['attributes'] = {**old, **attributes}


if __name__ == '__main__':
    run_tool(main)
