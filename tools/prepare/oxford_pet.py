"""Bring the Oxford-IIIT Pet data set from its original layout to COCO with attributes.

    python tools/prepare/oxford_pet.py data/pet_raw --out data/pet --classes breed

reads ``ROOT/images/`` and ``ROOT/annotations/{list.txt,trimaps/,xmls/}`` and writes
``OUT/annotations/{train,val,test}.json``, ``OUT/annotations/semantic/`` (PNG maps), ``OUT/images/``
and ``OUT/summary.json``, all of them or none. ROOT is only read. With ``--download`` the two
archives are fetched into ROOT, verified and unpacked first; a call that broke off is continued.

Each image has one object, with the mask and the box of its trimap. ``--classes`` says what its
category is; breed and species are ``attributes`` besides. The head's box, where there is an XML, is
``boxes: {head: [x, y, width, height]}``. What describes the whole picture (attributes, boxes) is in
the image's record too, where ``seg_map`` names its semantic map: 0 is background, then the
category's id; 255 means ignore. The trimap's border is by ``--border``

- ignore: 255 in the semantic map; part of the mask, which has no third value,
- object: part of both,
- background: part of neither.

What is odd in the source is repaired where that is certain, else left out; the summary counts it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from _result import print_summary, write_files

from projects.smn.convert.coco_file import part_of
from projects.smn.convert.download import Archive, fetch, unpack
from projects.smn.convert.images import same_pictures
from projects.smn.convert.pet.lists import Pet, read_official
from projects.smn.convert.pet.records import CLASS_KEYS, PetWriter
from projects.smn.convert.pet.source import PetSource, open_source
from projects.smn.convert.pet.trimaps import BORDER_POLICIES
from projects.smn.convert.report import Report
from projects.smn.convert.splits import read_split, split_strata
from projects.smn.convert.staging import whole_folder
from projects.smn.convert.summary import summarize
from projects.smn.errors import UserError, run_tool

TOOL = 'oxford_pet'
SITE = 'https://thor.robots.ox.ac.uk/pets'
# The folder in each archive, and the MD5 sums that torchvision publishes.
ARCHIVES = {
    'images': Archive(f'{SITE}/images.tar.gz', '5c4f3ee8e5d25df40f4fd59a7f44e54c'),
    'annotations': Archive(f'{SITE}/annotations.tar.gz', '95a8c909bbe2e81eed6a22bccdf3f68f'),
}
OFFICIAL = 'official'
OFFICIAL_SPLIT = {'train': 80, 'val': 20}  # of trainval


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('root', type=Path, metavar='ROOT', help='folder with images/ and annotations/')
    add('--out', type=Path, required=True, help='folder to write; an earlier result is replaced')
    add('--classes', choices=CLASS_KEYS, default='breed', help='the categories; default: breed')
    add(
        '--split',
        default='80-10-10',
        help='percentages of each breed, 80-20 or 80-10-10 (default); or "official": trainval.txt, '
        'of which a fifth becomes val, and test.txt',
    )
    add('--seed', type=int, default=0, help='for the split; the same seed gives the same parts')
    add('--border', choices=BORDER_POLICIES, default='ignore', help='see above; default: ignore')
    add('--link', choices=('copy', 'hardlink'), default='copy', help='how images get to OUT')
    add('--download', action='store_true', help='fetch what ROOT does not have, 800 MB')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    shares = read_shares(args.split)
    if args.download:
        download(args.root)
    report = Report(args.root)
    try:
        source = open_source(args.root, report)
        with whole_folder(args.out, [args.root], TOOL) as folder:
            summary = convert(args, source, shares, report, folder)
    except OSError as error:
        where = error.filename or args.out
        raise UserError(f'cannot read or write {where}: {error.strerror or error}') from error
    print_summary(summary)
    for name, counts in summary['labels'].items():
        print(f'{name}: ' + ', '.join(f'{number} {what}' for what, number in counts.items()))
    print(f'written: {args.out}')


def download(root: Path) -> None:
    """Fetch and unpack what is not in ``root`` yet."""
    for name, archive in ARCHIVES.items():
        if not (root / name).exists():
            unpack(fetch(archive, root), name)


def read_shares(text: str) -> dict[str, int]:
    """The percentages of ``--split``; of the official one, those of trainval."""
    if text == OFFICIAL:
        return OFFICIAL_SPLIT
    try:
        return read_split(text)
    except UserError as error:
        raise UserError(f'{error}, and not {OFFICIAL!r}') from None


def convert(
    args: argparse.Namespace,
    source: PetSource,
    shares: dict[str, int],
    report: Report,
    folder: Path,
) -> dict:
    """Write everything to ``folder``; what was written, and what happened to the source."""
    lists = {}
    if args.split == OFFICIAL:  # before the long part, so that a wrong list is known at once
        lists = read_official(source.annotations, source.listed, report)
    pets = choose(source, lists, report)
    writer = PetWriter(source, folder, args.classes, args.border, report)
    coco = writer.coco(tqdm(pets, desc='pets', unit='image', disable=None))
    if not coco['images']:
        raise UserError(f'{source.root}: not one of {len(pets)} images can be read')
    coco['info'] = {
        'description': 'Oxford-IIIT Pet',
        'border': args.border,
        'semantic_classes': ['background', *writer.classes],
    }
    ids = {Path(image['file_name']).stem: image['id'] for image in coco['images']}
    given = {part: {ids[name] for name in names & ids.keys()} for part, names in lists.items()}
    groups = same_pictures({number: source.pictures[name] for name, number in ids.items()})
    notice(ids, groups, given, report)
    breeds = {image['id']: image['attributes']['breed'] for image in coco['images']}
    parts = {
        name: part_of(coco, numbers)
        for name, numbers in divide(groups, breeds, shares, given, args.seed).items()
    }
    attributes = [key for key in ('breed', 'species') if key != args.classes]
    summary = summarize(coco, parts, attributes, report)
    summary['labels'] = {name: count_labels(part) for name, part in {'all': coco, **parts}.items()}
    write_files(folder, TOOL, args, writer.copies, parts, summary)
    return summary


def choose(source: PetSource, lists: dict[str, set[str]], report: Report) -> list[Pet]:
    """The pets to convert: all that have a picture, or those of them that the lists name."""
    if not lists:
        return source.pets
    for part, names in lists.items():
        if not names & source.pictures.keys():
            raise UserError(f'--split official: {part}.txt names none of the images that are there')
    listed = set.union(*lists.values())
    if unlisted := [pet.name for pet in source.pets if pet.name not in listed]:
        report.skipped['images that neither trainval.txt nor test.txt names'] = unlisted
    return [pet for pet in source.pets if pet.name in listed]


def notice(
    ids: dict[str, int], groups: list[list[int]], given: dict[str, set[int]], report: Report
) -> None:
    """Report equal files."""
    names = {number: name for name, number in ids.items()}
    for group in (group for group in groups if len(group) > 1):
        apart = sum(bool(numbers & set(group)) for numbers in given.values()) > 1
        what = 'identical images' + ', of trainval and of test' * apart
        report.noticed[what].append(' = '.join(names[number] for number in group))


def divide(
    groups: list[list[int]],
    breeds: dict[int, str],
    shares: dict[str, int],
    given: dict[str, set[int]],
    seed: int,
) -> dict[str, set[int]]:
    """Image ids of each part, each breed with its share; ``given`` is the official division."""
    if not given:
        return split_strata(groups, breeds, shares, seed)
    if empty := [part for part, numbers in given.items() if not numbers]:
        raise UserError(f'--split official: no image that {empty[0]}.txt names can be read')
    groups = [kept for group in groups if (kept := [i for i in group if i in given['trainval']])]
    return {**split_strata(groups, breeds, shares, seed), 'test': given['test']}


def count_labels(coco: dict) -> dict[str, int]:
    """How many images have what."""
    images = coco['images']
    return {
        'masks': len(coco['annotations']),
        'head boxes': sum('boxes' in image for image in images),
        'semantic maps': sum('seg_map' in image for image in images),
    }


if __name__ == '__main__':
    run_tool(main)
