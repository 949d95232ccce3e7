"""Render a warehouse as a mobile robot sees it: boxes of persons and forklifts, and semantic maps.

    python tools/prepare/synthetic_warehouse.py --out data/warehouse --train 400 --val 80 --test 80

writes ``OUT/images/``, ``OUT/annotations/{train,val,test}.json`` (COCO, whose images name their
map in ``seg_map``), ``OUT/annotations/semantic/*.png`` and ``OUT/summary.json``, all of them or
none. The values of a map are 0 background, 1 floor, 2 shelf, 3 rail, 4 person, 5 forklift. What is
hidden by more than four fifths is in the map but has no box. ``--layout triples`` writes what
``tools/prepare/warehouse.py`` reads: lists of image, mask and CSV file of boxes.

The same arguments give the same bytes; a second call finds the set and leaves it alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import cv2
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from synthetic.warehouse_files import LAYOUTS, SPLITS, WarehouseWriter
from synthetic.warehouse_scene import GENERATOR_VERSION

from projects.smn.convert.staging import whole_folder
from projects.smn.errors import UserError, run_tool
from projects.smn.files import write_json

TOOL = 'synthetic_warehouse'
SIDE_PX = (32, 4096)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--out', type=Path, default=Path('data/warehouse'), help='default: data/warehouse')
    for split, count in zip(SPLITS, (400, 80, 80), strict=True):
        add(f'--{split}', type=int, default=count, help=f'images in {split}; default: {count}')
    add('--seed', type=int, default=0, help='another seed, other images')
    add('--size', default='640x480', metavar='WxH', help='of the images; default: 640x480')
    add('--layout', choices=list(LAYOUTS), default='coco', help='see above; default: coco')
    add('--force', action='store_true', help='render a set again that is there')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    size = read_size(args.size)
    check(args)
    options = {key: vars(args)[key] for key in (*SPLITS, 'seed', 'layout')}
    stamp = {'tool': TOOL, 'generator': GENERATOR_VERSION, 'options': {**options, 'size': size}}
    if not args.force and is_there(args.out, stamp):
        print(f'{args.out} is complete already; --force renders it again')
        return
    cv2.setNumThreads(1)  # one image is too small to share
    try:
        with whole_folder(args.out, [], TOOL, LAYOUTS.values()) as folder:
            writer = WarehouseWriter(folder, args.layout, args.seed, tuple(size))
            counts = {}
            for split in SPLITS:
                indices = tqdm(range(options[split]), split, unit='image', disable=None)
                counts[split] = {'images': options[split], **writer.write_split(split, indices)}
            write_json(folder / 'summary.json', {**stamp, 'counts': counts}, indent=2)
    except OSError as error:
        where = error.filename or args.out
        raise UserError(f'cannot write {where}: {error.strerror or error}') from error
    for split, found in counts.items():
        print(f'{split}: ' + ', '.join(f'{number} {what}' for what, number in found.items()))
    print(f'written: {args.out}')


def read_size(text: str) -> list[int]:
    """``'640x480'`` -> ``[640, 480]``."""
    sides = [int(side) for side in text.split('x')] if re.fullmatch(r'\d+x\d+', text) else []
    if not sides or not all(SIDE_PX[0] <= side <= SIDE_PX[1] for side in sides):
        low, high = SIDE_PX
        raise UserError(f'--size {text!r} is not like 640x480, with sides from {low} to {high}')
    return sides


def check(args: argparse.Namespace) -> None:
    """Raise a UserError for options that make no sense, before anything is written."""
    for name in (*SPLITS, 'seed'):
        if vars(args)[name] < 0:
            raise UserError(f'--{name} must be 0 or more, not {vars(args)[name]}')
    if not any(vars(args)[split] for split in SPLITS):
        raise UserError('--train, --val and --test are all 0, so there is nothing to render')


def is_there(out: Path, stamp: dict) -> bool:
    """Whether an earlier call with the same arguments wrote ``out``; it did so whole."""
    try:
        found = json.loads((out / 'summary.json').read_text('utf-8'))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and stamp.items() <= found.items()


if __name__ == '__main__':
    run_tool(main)
