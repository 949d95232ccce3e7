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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _result import Converted, add_drawn, add_shared_flags, write_result

from projects.smn.convert.attach import REACH, Attacher, on_images
from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.images import match_images
from projects.smn.convert.makesense.labels import (
    KEYPOINTS,
    MASKS,
    categories,
    key_and_value,
    name_polygons,
    read_meaning,
    sort_points,
    split_masks,
)
from projects.smn.convert.makesense.points import read_points
from projects.smn.convert.objects import place_objects
from projects.smn.convert.report import Report
from projects.smn.convert.sources import files_in, find_source
from projects.smn.convert.splits import read_split
from projects.smn.errors import UserError, listing, run_tool

TOOL = 'makesense'


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
    add_label_flags(parser)
    add_shared_flags(parser)
    add_drawn(parser)
    return parser.parse_args(argv)


def add_label_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that say what labels mean."""
    add = parser.add_argument
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
    add(
        '--attribute',
        nargs='+',
        metavar='NAME',
        help='attributes that points give; default: where a number stands behind the underscore, '
        'or there are several values',
    )
    add('--of', nargs='+', metavar='CLASS', help='classes that points and masks belong to')
    add(
        '--reach',
        type=float,
        default=REACH,
        help='how far off a keypoint may be, as a share of the diagonal of its object; '
        'default: %(default)s',
    )


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
    options = {key: getattr(args, key) for key in ('of', 'mask', 'keypoints', 'attribute')}
    meaning = read_meaning(coco, points, report, **options)
    report.names.update(name_polygons(coco, meaning))
    labelled = {a['image_id'] for a in coco['annotations']} | {p.image_id for p in points}
    records, paths = match_images(
        coco['images'], images, report, args.skip_missing, labelled, args.drawn
    )
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


if __name__ == '__main__':
    run_tool(main)
