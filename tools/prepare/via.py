"""Bring files of the VGG Image Annotator (VIA), version 1 or 2, into the project's COCO format.

    python tools/prepare/via.py balloon/train --test balloon/val --out data/balloon \\
        --class balloon --split 80-20
    python tools/prepare/via.py fruits/project.json --images fruits/ --out data/fruits \\
        --class-from name --attribute grade size --split 80-10-10

A SOURCE is an annotation file, a project file, or a folder with one of them beside its images.
Polygons, circles, ellipses and polylines become masks, rectangles become boxes, and points become
keypoints of the nearest object where ``--keypoints`` names them. Image sizes are read from
the images.

Writes ``OUT/annotations/*.json``, ``OUT/images/`` and ``OUT/summary.json``, all of them or none.
The sources are only read. What cannot be used is left out and reported, and its image gets
``complete: false``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _result import Converted, add_drawn, add_shared_flags, write_result

from projects.smn.convert.attach import Attacher, on_images
from projects.smn.convert.images import match_images
from projects.smn.convert.objects import place_objects
from projects.smn.convert.report import Report
from projects.smn.convert.sources import find_source
from projects.smn.convert.splits import read_split
from projects.smn.convert.via.coco import RegionReader
from projects.smn.convert.via.file import ViaFile, read_via
from projects.smn.convert.via.labels import RegionLabels
from projects.smn.errors import UserError, run_tool

TOOL = 'via'


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('sources', nargs='+', type=Path, metavar='SOURCE', help='JSON file of VIA, or its folder')
    add(
        '--test',
        nargs='+',
        type=Path,
        default=[],
        metavar='SOURCE',
        help='sources that are the test part as a whole; --split 80-20 is train-val then',
    )
    add('--images', type=Path, metavar='DIR', help='image folder; default: that of each SOURCE')
    add_region_flags(parser)
    add_shared_flags(parser)
    add_drawn(parser)
    return parser.parse_args(argv)


def add_region_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that say what regions mean."""
    add = parser.add_argument
    classes = parser.add_mutually_exclusive_group(required=True)
    classes.add_argument('--class', dest='class_name', metavar='NAME', help='class of all regions')
    classes.add_argument('--class-from', metavar='ATTRIBUTE', help='its value names the class')
    add(
        '--attribute',
        nargs='+',
        default=[],
        metavar='NAME',
        help='region attributes that become labels; a checkbox field DEFECT with the box ROT '
        'becomes DEFECT_ROT, yes or no',
    )
    add(
        '--keypoints',
        nargs='+',
        default=[],
        metavar='NAME',
        help='values of --class-from whose points are keypoints of the nearest object',
    )
    add(
        '--rect',
        choices=('box', 'mask'),
        default='box',
        help='what a rectangle says: where the object is, or its outline too',
    )
    add(
        '--open-polylines',
        choices=('close', 'skip'),
        default='close',
        help='take a polyline whose ends do not meet for an outline, or leave it out',
    )


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    read_split(args.split, test_apart=bool(args.test))  # before the images are read
    if args.keypoints and not args.class_from:
        raise UserError('--keypoints are values of --class-from ATTRIBUTE, which is not there')
    sources = [find_source(path) for path in args.sources + args.test]
    report = Report(sources[0])
    files = [read_via(path, report) for path in sources]
    folders = [args.images or path.parent for path in sources]
    data = convert(args, files, folders, report)
    write_result(TOOL, args, data, [*sources, *folders], report)


def convert(
    args: argparse.Namespace, files: list[ViaFile], folders: list[Path], report: Report
) -> Converted:
    """All files as one COCO file; the last ``len(args.test)`` of them are the test part."""
    labels = RegionLabels(files, args.attribute, args.class_from, report)
    reader = RegionReader(
        labels,
        args.class_name,
        args.keypoints,
        rect_is_mask=args.rect == 'mask',
        close_polylines=args.open_polylines == 'close',
        report=report,
    )
    records, paths, test = {}, {}, set()
    for number, (file, folder) in enumerate(zip(files, folders, strict=True)):
        report.source = file.path
        images = reader.read(file)
        found, where = match_images(images, folder, report, args.skip_missing, drawn=args.drawn)
        records.update(found)
        paths.update(where)
        notice_sizes(file, images, where, report)
        if number >= len(args.sources):
            test.update(found)
    coco = reader.coco()
    coco['annotations'] = place_objects(coco, records, report)
    coco['images'] = list(records.values())
    if args.keypoints:
        points = on_images(reader.points, records, 'points', report)
        Attacher(coco['annotations'], report).keypoints(points, args.keypoints)
    return Converted(coco, paths, labels.attributes, test)


def notice_sizes(
    file: ViaFile, images: list[dict], paths: Mapping[int, Path], report: Report
) -> None:
    """Report files that are of another length than when they were labelled."""
    for record, image in zip(images, file.images, strict=True):
        path = paths.get(record['id'])
        if path and image.size > 0 and path.stat().st_size != image.size:
            what = 'image files changed since they were labelled'
            report.noticed[what].append(image.file_name)


if __name__ == '__main__':
    run_tool(main)
