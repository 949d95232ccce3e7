"""Bring the balloon data set of Matterport's Mask R-CNN into the project's COCO format.

    python tools/prepare/balloon.py data/balloon_raw --out data/balloon --download

reads ``ROOT/balloon/{train,val}`` or ``ROOT/{train,val}``, each with photographs and a
``via_region_data.json``, and writes what ``tools/prepare/via.py`` writes. The original val is the
test part; the original train is cut into train and val. ROOT is only read. With ``--download`` the
archive is fetched into ROOT, checked and unpacked first; a call that broke off is continued.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import via
from _result import add_drawn, add_shared_flags

from projects.smn.convert.download import Archive, fetch, unpack
from projects.smn.errors import UserError, run_tool

URL = 'https://github.com/matterport/Mask_RCNN/releases/download/v2.1/balloon_dataset.zip'
# Its publisher gives no checksum, and the archive could not be fetched where this was written.
SHA256 = None
FOLDER = 'balloon'  # in the archive


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('root', type=Path, metavar='ROOT', help='the unpacked archive, or where it is to be')
    add('--download', action='store_true', help='fetch what ROOT does not have, 37 MB')
    add('--url', default=URL, help='of the archive')
    add('--sha256', default=SHA256, help='checksum that the archive must have; default: any')
    add_shared_flags(parser)
    add_drawn(parser)
    parser.set_defaults(split='80-20')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    parts = find_parts(args.root)
    if parts is None and args.download:
        unpack(fetch(Archive(args.url, args.sha256, 'sha256'), args.root), FOLDER)
        parts = find_parts(args.root)
    if parts is None:
        raise UserError(f'{args.root} has no folders train and val; --download fetches them')
    words = [parts[0], '--test', parts[1], '--class', 'balloon', '--out', args.out]
    words += ['--split', args.split, '--seed', args.seed, '--link', args.link]
    words += ['--drawn', args.drawn] if args.drawn else []
    words += ['--skip-missing'] if args.skip_missing else []
    via.main([*map(str, words)])


def find_parts(root: Path) -> tuple[Path, Path] | None:
    """The folders of the original train and val, if they are there."""
    for folder in (root / FOLDER, root):
        parts = folder / 'train', folder / 'val'
        if all(part.is_dir() for part in parts):
            return parts
    return None


if __name__ == '__main__':
    run_tool(main)
