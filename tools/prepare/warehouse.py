"""Bring lists of triples, image with mask and boxes, into COCO with semantic maps.

    python tools/prepare/warehouse.py robot/train.json robot/val.json robot/test.json \\
        --out data/robot --classes person,forklift \\
        --codes background=0,floor=1,shelf=2,rail=3,person=4,forklift=5

A LIST is JSON, ``[[image, mask, boxes], ...]``, with paths that begin at its folder. A mask is a
PNG file whose pixels are codes; with a palette, its indices are. Boxes are CSV without a header,
``label,xmin,ymin,xmax,ymax`` in pixels, both corners included. Each list becomes a part of its
name; a single one can be divided by ``--split``.

- null for the mask: the image has no semantic map.
- null for the boxes: the image has no boxes, and gets ``complete: false``.
- An empty CSV file: labelled, there is none.

Writes ``OUT/annotations/*.json``, ``OUT/annotations/semantic/`` (PNG maps whose pixels are indices
into the classes of ``--codes``, 255 is ignored), ``OUT/images/`` and ``OUT/summary.json``, all of
them or none. The sources are only read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _result import add_drawn, add_shared_flags, print_summary, write_files

from projects.smn.convert.coco_file import part_of
from projects.smn.convert.images import same_pictures
from projects.smn.convert.report import Report
from projects.smn.convert.splits import read_split, split_groups
from projects.smn.convert.staging import whole_folder
from projects.smn.convert.summary import summarize
from projects.smn.convert.warehouse.masks import IGNORE_NAME, Codes
from projects.smn.convert.warehouse.records import TripleWriter
from projects.smn.convert.warehouse.triples import Triple, output_names, read_triples
from projects.smn.errors import UserError, listing, run_tool
from projects.smn.tasks import IGNORED

TOOL = 'warehouse'


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('lists', nargs='+', type=Path, metavar='LIST', help='JSON file of triples')
    add('--root', type=Path, help='where their paths begin; default: the folder of each LIST')
    add('--classes', required=True, metavar='NAMES', help='categories of the boxes: A,B')
    add(
        '--labels',
        default='',
        metavar='PAIRS',
        help='classes of labels in the CSV files: 1=A,2=B; default: labels are names of classes',
    )
    add(
        '--codes',
        default='',
        metavar='PAIRS',
        help='codes of the masks: A=0,B=1; a class may have several, and the class '
        f'"{IGNORE_NAME}" becomes {IGNORED}',
    )
    add_shared_flags(parser)
    add_drawn(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    codes = Codes.parse(words(args.codes)) if args.codes else None
    labels = read_labels(words(args.labels), words(args.classes))
    report = Report(args.lists[0])
    lists = read_lists(args, report)
    sources = folders(args.lists, chain(*lists.values()))
    try:
        with whole_folder(args.out, sources, TOOL) as folder:
            writer = TripleWriter(
                folder,
                words(args.classes),
                labels,
                codes,
                args.skip_missing,
                report,
                args.drawn,
            )
            summary = convert(args, lists, writer)
    except OSError as error:
        where = error.filename or args.out
        raise UserError(f'cannot read or write {where}: {error.strerror or error}') from error
    print_summary(summary)
    print(f'images with a semantic map: {summary["maps"]}')
    print(f'written: {args.out}')


def folders(lists: Iterable[Path], triples: Iterable[Triple]) -> set[Path]:
    """What must not be written to: the lists, and the folders of what they name."""
    named = (path for t in triples for path in (t.image, t.mask, t.boxes) if path)
    return {*lists, *(path.parent for path in named)}


def words(text: str) -> list[str]:
    """``'a,b'`` -> ``['a', 'b']``."""
    return [word.strip() for word in text.split(',') if word.strip()]


def read_labels(pairs: Iterable[str], classes: list[str]) -> dict[str, str]:
    """The class of each label: ``['1=person']``, and every class is a label of its own."""
    if not classes or len(set(classes)) < len(classes):
        raise UserError(f'--classes must be different names, not {listing(classes)}')
    labels = {name: name for name in classes}
    for pair in pairs:
        label, _, name = pair.partition('=')
        if name not in classes:
            raise UserError(f'--labels {pair!r} is not LABEL=CLASS with one of {listing(classes)}')
        labels[label.strip()] = name
    return labels


def read_lists(args: argparse.Namespace, report: Report) -> dict[str, list[Triple]]:
    """The triples of each list, by the name of its file."""
    if args.split and len(args.lists) > 1:
        raise UserError('--split divides one list, and here are several')
    read_split(args.split)  # before the images are read
    lists: dict[str, list[Triple]] = {}
    for path in args.lists:
        if path.stem in lists:
            raise UserError(f'two lists would both become the part {path.stem!r}')
        lists[path.stem] = read_triples(path, args.root or path.parent, report)
    return lists


def convert(args: argparse.Namespace, lists: dict[str, list[Triple]], writer: TripleWriter) -> dict:
    """Write all to the writer's folder; what was written, and what became of the source."""
    triples = list(chain(*lists.values()))
    named = list(zip(output_names(triples), triples, strict=True))
    coco = writer.coco(tqdm(named, desc='triples', unit='image', disable=None))
    if not coco['images']:
        raise UserError(f'{args.lists[0]}: not one of {len(triples)} images can be read')
    classes = writer.codes.classes if writer.codes else ()
    coco['info'] = {'semantic_classes': list(classes)}
    parts = divide(args, lists, coco, writer.report)
    summary = summarize(coco, parts, [], writer.report)
    summary['maps'] = sum('seg_map' in image for image in coco['images'])
    values = {**dict(enumerate(classes)), IGNORED: IGNORE_NAME}
    summary['pixels'] = {name: int(writer.pixels[value]) for value, name in values.items()}
    write_files(writer.folder, TOOL, args, writer.copies, parts, summary)
    return summary


def divide(
    args: argparse.Namespace, lists: dict[str, list[Triple]], coco: dict, report: Report
) -> dict[str, dict]:
    """The COCO file of each part: of each list, or of each share of ``--split``."""
    files = dict(enumerate(chain(*lists.values()), 1))
    names = {image['id']: image['file_name'] for image in coco['images']}
    groups = same_pictures({number: files[number].image for number in names})
    owner = [name for name, triples in lists.items() for _ in triples]
    for group in (group for group in groups if len(group) > 1):
        apart = len({owner[number - 1] for number in group}) > 1
        what = 'identical images' + ', in several lists' * apart
        report.noticed[what].append(' = '.join(names[number] for number in group))
    if args.split:
        ids = split_groups(groups, read_split(args.split), args.seed)
    else:
        ids = {part: {n for n in names if owner[n - 1] == part} for part in lists}
    if empty := [part for part, numbers in ids.items() if not numbers]:
        raise UserError(f'not one image of {empty[0]} can be read')
    return {part: part_of(coco, numbers) for part, numbers in ids.items()}


if __name__ == '__main__':
    run_tool(main)
