"""Bring an export of makesense.ai, COCO polygons and a CSV of points, into the project's format.

    python tools/prepare/makesense.py export/labels.json --points export/labels.csv \\
        --images export/ --out data/cucumber --of cucumber --split 80-20

SOURCE may also be the folder that holds the JSON file, the CSV file and the images. A polygon is an
object, and its label is its class; with ``--mask spine=backbone`` a polygon labelled ``backbone``
is the mask ``spine`` of the object that contains it. A point labelled ``neck_3`` says that the
smallest object that contains it has ``neck`` 3. A point labelled as one of ``--keypoints`` is a
keypoint of the nearest object. What is ambiguous is reported, and its label is absent.

Writes ``OUT/annotations/*.json``, ``OUT/images/`` and ``OUT/summary.json``, all of them or none.
The source is only read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects.smn.convert.attach import REACH, Attacher, Part, Point, on_images
from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.image_records import match_images
from projects.smn.convert.makesense_points import read_points
from projects.smn.convert.objects import place_objects
from projects.smn.convert.report import Report
from projects.smn.convert.result import Converted, add_output_flags, write_result
from projects.smn.convert.sources import files_in, find_source
from projects.smn.convert.splits import read_split
from projects.smn.errors import UserError, listing, run_tool

TOOL = 'makesense'
# What the labels of our own fruits are called; used where there are such labels.
KEYPOINTS = ('head', 'tail')
MASKS = ('spine=backbone',)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('source', type=Path, metavar='SOURCE', help='JSON file of polygons, or its folder')
    add(
        '--points',
        nargs='*',
        type=Path,
        metavar='CSV',
        help='files of points; default: the one beside the JSON file',
    )
    add('--images', type=Path, metavar='DIR', help='image folder; default: that of the JSON file')
    add('--skip-missing', action='store_true', help='leave out images that are missing or broken')
    add(
        '--keypoints',
        nargs='*',
        metavar='NAME',
        help=f'labels of points that are keypoints, in this order; default: {" ".join(KEYPOINTS)}',
    )
    add(
        '--mask',
        nargs='*',
        metavar='NAME=LABEL',
        help='polygons with this label are a further mask of the object that contains them; '
        f'default: {" ".join(MASKS)}',
    )
    add('--attributes', nargs='+', metavar='NAME', help='those that points give; default: all')
    add('--of', nargs='+', metavar='CLASS', help='classes that points and masks belong to')
    add(
        '--reach',
        type=float,
        default=REACH,
        help='how far off a keypoint may be, as a share of the diagonal of its object; '
        'default: %(default)s',
    )
    add_output_flags(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    read_split(args.split)  # a wrong option is said before the images are read
    if not args.reach >= 0:
        raise UserError(f'--reach must be 0 or more, not {args.reach}')
    source = find_source(args.source)
    csv_files = find_points(source) if args.points is None else args.points
    images = args.images or source.parent
    report = Report(source)
    data = convert(args, source, csv_files, images, report)
    write_result(TOOL, args, data, [source, images, *csv_files], report)


def find_points(source: Path) -> list[Path]:
    """The CSV file beside the polygons, if there is one."""
    found = files_in(source.parent, '.csv')
    if len(found) > 1:
        names = listing(path.name for path in found)
        raise UserError(f'{source.parent} holds several CSV files, name some by --points: {names}')
    return found


def convert(
    args: argparse.Namespace, source: Path, csv_files: list[Path], images: Path, report: Report
) -> Converted:
    """The whole result as one COCO file, and the source file of each image."""
    coco = read_coco(source, report)
    report.read.update(images=len(coco['images']), polygons=len(coco['annotations']))
    points = read_points(csv_files, coco['images'], report)
    meaning = read_meaning(args, coco, points, report)
    report.names.update(name_polygons(coco, meaning))
    records, paths = match_images(coco['images'], images, report, args.skip_missing)
    parts, coco['annotations'] = split_masks(coco['annotations'], meaning, report)
    objects = place_objects(coco, records, report)
    for thing in objects:
        name = meaning.labels[thing['category_id']]
        thing['category_id'] = meaning.classes.index(name) + 1
    owners = [o for o in objects if meaning.classes[o['category_id'] - 1] in meaning.owners]
    attacher = Attacher(owners, report)
    attacher.masks(on_images(parts, records, 'mask polygons', report))
    keypoints, grades = sort_points(on_images(points, records, 'points', report), meaning, report)
    attacher.keypoints(keypoints, meaning.keypoints, args.reach)
    attacher.attributes(grades, key_and_value)
    result = {**coco, 'images': list(records.values()), 'annotations': objects}
    return Converted({**result, 'categories': categories(meaning)}, paths, meaning.attributes)


@dataclass
class Meaning:
    """What the labels of the source are.

    Args:
        labels: The label of each category id.
        masks: Labels of polygons that are a mask, to the name of the mask.
        classes: The other labels of polygons, in the order of the categories.
        owners: The classes that points and masks can belong to.
        keypoints: The names of the keypoints, in their order; none if there is no such point.
        attributes: The names of the attributes that points give.
    """

    labels: dict[int, str]
    masks: dict[str, str]
    classes: list[str]
    owners: list[str]
    keypoints: list[str]
    attributes: list[str]


def read_meaning(
    args: argparse.Namespace, coco: dict, points: list[Point], report: Report
) -> Meaning:
    """Find out what the options say about the labels that there are.

    Raises:
        UserError: An option names a label that does not occur.
    """
    labels = {category['id']: report.text(category['name']) for category in coco['categories']}
    drawn = {labels[annotation['category_id']] for annotation in coco['annotations']}
    drawn = [label for label in dict.fromkeys(labels.values()) if label in drawn]
    masks = read_masks(args.mask, drawn)
    classes = [label for label in drawn if label not in masks]
    known = list(dict.fromkeys(point.label for point in points))
    keypoints = list(KEYPOINTS) if args.keypoints is None else args.keypoints
    if args.keypoints is None and not set(keypoints) & set(known):
        keypoints = []
    free = [label for label in known if label not in {*drawn, *keypoints}]
    attributes = sorted({key for key, _ in map(key_and_value, free) if key})
    _check('--of', args.of, classes, 'class of polygons')
    _check('--keypoints', args.keypoints, known, 'label of points')
    _check('--attributes', args.attributes, attributes, 'attribute of points')
    chosen = attributes if args.attributes is None else args.attributes
    return Meaning(labels, masks, classes, args.of or classes, keypoints, chosen)


def _check(option: str, names: list[str] | None, known: list[str], what: str) -> None:
    for name in names or ():
        if name not in known:
            raise UserError(f'{option} {name!r} is no {what}: there is {listing(known)}')


def read_masks(options: list[str] | None, drawn: list[str]) -> dict[str, str]:
    """``['spine=backbone']`` -> ``{'backbone': 'spine'}``."""
    masks = {}
    for text in MASKS if options is None else options:
        name, _, label = text.partition('=')
        if not name or not label:
            raise UserError(f'--mask {text!r} is not of the form name=label')
        if label in drawn:
            masks[label] = name
        elif options is not None:
            raise UserError(f'--mask {text!r}: no polygon has the label, there is {listing(drawn)}')
    return masks


def key_and_value(label: str) -> tuple[str, str]:
    """``'neck_3'`` -> ``('neck', '3')``; two empty texts if it is not of that form."""
    key, _, value = label.rpartition('_')
    return (key, value) if key and value else ('', '')


def name_polygons(coco: dict, meaning: Meaning) -> dict[int, str]:
    """What a user finds each polygon by: makesense.ai shows no ids."""
    files = {image['id']: image['file_name'] for image in coco['images']}
    return {
        a['id']: f'{meaning.labels[a["category_id"]]} (polygon {place}) on '
        f'{files.get(a["image_id"], "no image")}'
        for place, a in enumerate(coco['annotations'], 1)
    }


def split_masks(
    annotations: list[dict], meaning: Meaning, report: Report
) -> tuple[list[Part], list[dict]]:
    """The polygons that are masks of another one, and the annotations that are objects."""
    parts, objects = [], []
    for annotation in annotations:
        mask = meaning.masks.get(meaning.labels[annotation['category_id']])
        if mask is None:
            objects.append(annotation)
            continue
        outline = annotation.get('segmentation')
        name = str(report.name(annotation['id']))
        for polygon in outline if isinstance(outline, list) and outline else [None]:
            parts.append(Part(annotation['image_id'], mask, polygon, name))
    return parts, objects


def sort_points(
    points: Iterable[Point], meaning: Meaning, report: Report
) -> tuple[list[Point], list[Point]]:
    """The points that are keypoints, and those that give an attribute."""
    keypoints, grades = [], []
    for point in points:
        if point.label in meaning.keypoints:
            keypoints.append(point)
        elif point.label in {*meaning.classes, *meaning.masks}:
            report.skipped['points with a label of polygons'].append(str(point))
        elif key_and_value(point.label)[0] in meaning.attributes:
            grades.append(point)
        else:
            report.skipped['points of an unknown label'].append(str(point))
    return keypoints, grades


def categories(meaning: Meaning) -> list[dict]:
    """One COCO category for each class."""
    points = {'keypoints': meaning.keypoints} if meaning.keypoints else {}
    return [
        {'id': number, 'name': name, **(points if name in meaning.owners else {})}
        for number, name in enumerate(meaning.classes, 1)
    ]


if __name__ == '__main__':
    run_tool(main)
