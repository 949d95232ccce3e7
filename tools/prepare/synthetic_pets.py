"""Render synthetic cats and dogs as files in the original layout of Oxford-IIIT Pet.

    python tools/prepare/synthetic_pets.py --out data/pets_raw --number 200
    python tools/prepare/oxford_pet.py data/pets_raw --out data/pet

The first writes ``OUT/images/``, ``OUT/annotations/{list.txt,trainval.txt,test.txt,trimaps,xmls}``
and ``OUT/summary.json``, all of them or none. As in the real set only pictures of trainval, half of
them all, have the head's box. The same arguments give the same bytes; a second call finds the set
and leaves it alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import cv2
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from synthetic.pet_breeds import BREEDS
from synthetic.pet_files import official_parts, pet_names, write_lists, write_pet
from synthetic.pet_oddities import NEEDED, plant
from synthetic.pet_scene import GENERATOR_VERSION

from projects.smn.convert.staging import whole_folder
from projects.smn.errors import UserError, run_tool
from projects.smn.files import write_json

TOOL = 'synthetic_pets'
HEAD_BOXES = ('trainval', 'all')


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--out', type=Path, default=Path('data/pets_raw'), help='default: data/pets_raw')
    add('--number', type=int, default=200, help=f'pictures of {len(BREEDS)} breeds; default: 200')
    add('--seed', type=int, default=0, help='another seed, other pictures')
    add('--head-boxes', choices=HEAD_BOXES, default='trainval', help='which pictures have an XML')
    add('--oddities', action='store_true', help='plant what is odd in the real set, for tests')
    add('--force', action='store_true', help='render a set again that is there')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    names = pet_names(args.number)
    boxed = names if args.head_boxes == 'all' else official_parts(names)['trainval']
    check(args, len(boxed))
    options = {key: vars(args)[key] for key in ('number', 'seed', 'head_boxes', 'oddities')}
    stamp = {'tool': TOOL, 'generator': GENERATOR_VERSION, 'options': options}
    if not args.force and is_there(args.out, stamp):
        print(f'{args.out} is complete already; --force renders it again')
        return
    cv2.setNumThreads(1)  # one image is too small to share
    try:
        with whole_folder(args.out, [], TOOL) as folder:
            for kind in ('trimaps', 'xmls'):
                (folder / 'annotations' / kind).mkdir(parents=True)
            with_box = set(boxed)
            for name in tqdm(names, desc='pets', unit='image', disable=None):
                write_pet(folder, name, args.seed, boxed=name in with_box)
            write_lists(folder, names)
            planted = plant(folder, boxed, args.seed) if args.oddities else {}
            write_json(folder / 'summary.json', {**stamp, 'planted': planted}, indent=2)
    except OSError as error:
        where = error.filename or args.out
        raise UserError(f'cannot write {where}: {error.strerror or error}') from error
    print(f'{args.out}: {len(names)} pets, {len(boxed)} with a head box')


def check(args: argparse.Namespace, boxed: int) -> None:
    """Raise a UserError for options that make no sense, before anything is written."""
    if args.seed < 0:
        raise UserError(f'--seed must be 0 or more, not {args.seed}')
    if args.number < len(BREEDS):
        raise UserError(f'--number must be {len(BREEDS)} or more, one of each breed')
    if args.oddities and boxed < NEEDED:
        raise UserError(f'--oddities needs {NEEDED} pets with a head box, here are {boxed}')


def is_there(out: Path, stamp: dict) -> bool:
    """Whether an earlier call with the same arguments wrote ``out``; it did so whole."""
    try:
        found = json.loads((out / 'summary.json').read_text('utf-8'))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and stamp.items() <= found.items()


if __name__ == '__main__':
    run_tool(main)
