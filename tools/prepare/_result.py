"""What the converters share: flags, and how a result is split, written and summed up."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from projects.smn.convert.coco_file import part_of
from projects.smn.convert.images import put_images, same_pictures, unused_images
from projects.smn.convert.report import Report
from projects.smn.convert.splits import read_split, split_groups
from projects.smn.convert.staging import whole_folder
from projects.smn.convert.summary import summarize
from projects.smn.errors import UserError, listing
from projects.smn.files import write_json
from projects.smn.reading.orientation import DRAWN

# More values of an attribute are measurements, or names of single objects.
MANY = 20


@dataclass
class Converted:
    """A whole data set in the project's format.

    Args:
        coco: The COCO file of all images, with bare file names.
        paths: Image id to the file of the image.
        attributes: The names of the attributes that are counted in the summary.
        test: The ids of the images that are the test part, where the source says so.
    """

    coco: dict
    paths: dict[int, Path]
    attributes: list[str] = field(default_factory=list)
    test: set[int] = field(default_factory=set)


def add_shared_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that all converters share."""
    add = parser.add_argument
    add(
        '--out',
        type=Path,
        required=True,
        help='folder to write; an earlier result is replaced',
    )
    add('--split', help='percentages: 80-20 is train-test, 80-10-10 is train-val-test')
    add('--seed', type=int, default=0, help='for the split; the same seed gives the same parts')
    add(
        '--skip-missing',
        action='store_true',
        help='leave out images that are missing, broken, or of another size than their labels',
    )
    add('--link', choices=('copy', 'hardlink'), default='copy', help='how images get to OUT')


def add_drawn(parser: argparse.ArgumentParser) -> None:
    """The flag of converters whose labels lie on photographs of cameras."""
    parser.add_argument(
        '--drawn',
        choices=DRAWN,
        help='on which picture labels lie where EXIF turns a photograph: upright as browsers show '
        'it, or as it is stored; default: as sizes tell, else upright',
    )


def write_result(
    tool: str, args: argparse.Namespace, data: Converted, sources: Iterable[Path], report: Report
) -> None:
    """Split the data, write all of it or nothing, and print the summary.

    Args:
        tool: The name of the tool; an earlier result of the same tool is replaced.
        args: With the flags of :func:`add_shared_flags`.
        data: What is written.
        sources: Files and folders that were read, and must not be written to.
        report: What the summary says about the source.

    Raises:
        UserError: The split leaves a part empty, two images have one name, ``--out`` is taken or
            cannot be written.
    """
    parts = split_parts(data, args, report)
    files = {image['file_name']: data.paths[image['id']] for image in data.coco['images']}
    summary = summarize(data.coco, parts, data.attributes, report)
    try:
        with whole_folder(args.out, sources, tool) as folder:
            write_files(folder, tool, args, files, parts, summary)
    except OSError as error:
        raise UserError(f'cannot write {args.out}: {error.strerror or error}') from error
    print_summary(summary)
    print(f'written: {args.out}')


def write_files(
    folder: Path, tool: str, args: argparse.Namespace, files: dict, parts: dict, summary: dict
) -> None:
    """Write all of a result to its folder.

    Args:
        folder: One with ``images`` in it, see :func:`~projects.smn.convert.staging.whole_folder`.
        tool: The name of the tool, which may then replace the result.
        args: With the flags of :func:`add_shared_flags`.
        files: Name of an image to the file to copy; others may have been written already.
        parts: Name of a part to its COCO file.
        summary: Of :func:`summarize`, with more if there is more.
    """
    put_images(files, folder / 'images', link=args.link == 'hardlink')
    for name, part in parts.items():
        write_json(folder / 'annotations' / f'{name}.json', part)
    stamp = {'tool': tool, 'options': vars(args), **summary}
    write_json(folder / 'summary.json', stamp, indent=2, default=str)  # paths as text


def split_parts(data: Converted, args: argparse.Namespace, report: Report) -> dict[str, dict]:
    """The COCO file of each part; copies of test images are taken out of ``data``."""
    split = read_split(args.split, test_apart=bool(data.test))
    groups = same_pictures(data.paths)
    if data.test:
        groups = drop_copies_of_test(data, groups, report)
    check_names(data.coco['images'], report.source)
    notice_images(data, groups, report)
    numbers = split_groups([g for g in groups if not data.test & set(g)], split, args.seed)
    if data.test:
        numbers['test'] = data.test
    return {name: part_of(data.coco, ids) for name, ids in numbers.items()}


def drop_copies_of_test(
    data: Converted, groups: list[list[int]], report: Report
) -> list[list[int]]:
    """Take images out of ``data`` that the test part has too; return the groups that are left.

    The test part is given, so it is the copy in the other part that goes.
    """
    copies = {i for group in groups if data.test & set(group) for i in group} - data.test
    dropped = (image['file_name'] for image in data.coco['images'] if image['id'] in copies)
    report.skip('images that --test has too', dropped)
    data.coco = part_of(data.coco, data.paths.keys() - copies)
    left = [[number for number in group if number not in copies] for group in groups]
    if not data.paths.keys() - copies - data.test:
        raise UserError('--test has all images that the other sources have')
    return [group for group in left if group]


def check_names(images: Iterable[dict], source: Path) -> None:
    """Raise a UserError if two images have one file name."""
    taken: dict[str, int] = {}
    for image in images:
        name, number = image['file_name'], image['id']
        if taken.setdefault(name, number) != number:
            raise UserError(
                f'{source}: images {taken[name]} and {number} would both be named {name!r} '
                'without their folders'
            )


def notice_images(data: Converted, groups: list[list[int]], report: Report) -> None:
    """Report files beside the images, images that are the same, and images without an object."""
    names = {image['id']: image['file_name'] for image in data.coco['images']}
    busy = {annotation['image_id'] for annotation in data.coco['annotations']}
    unused = (path.name for path in unused_images(data.paths))
    report.notice('image files that no record names', unused)
    same = (' = '.join(names[i] for i in group) for group in groups if len(group) > 1)
    report.notice('identical images, kept in one part', same)
    empty = (name for number, name in names.items() if number not in busy)
    report.notice('images without objects', empty)


def print_summary(summary: dict) -> None:
    """Print the counts as a table of the parts, then what was done, and the first of each."""
    if 'read' in summary:
        print('read: ' + ', '.join(f'{number} {what}' for what, number in summary['read'].items()))
    _print_counts(summary['counts'])
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


def _range(key: str, values: Iterable[str]) -> str:
    """What stands for the values of an attribute where they are too many to list."""
    try:
        low, high = (pick(values, key=float) for pick in (min, max))
    except ValueError:
        return f'{key}, {len(values)} different values'
    return f'{key} {low} to {high}'


def _print_counts(counts: dict[str, dict]) -> None:
    parts = counts.values()
    rows = [('', list(counts))]
    rows += [(key, [part[key] for part in parts]) for key in ('images', 'objects')]
    for kind, title in (('classes', 'class'), ('masks', 'mask'), ('keypoints', 'keypoint')):
        for name in counts['all'].get(kind, ()):
            rows.append((f'{title} {name}', [part[kind][name] for part in parts]))
    for key, values in counts['all']['attributes'].items():
        found = [part['attributes'][key] for part in parts]
        if len(values) > MANY:
            rows.append((_range(key, values), [sum(part.values()) for part in found]))
            continue
        rows += [(f'{key} {value}', [part.get(value, 0) for part in found]) for value in values]
    width = max(len(title) for title, _ in rows)
    for title, cells in rows:
        print(f'{title:{width}}' + ''.join(f'{cell:>8}' for cell in cells))
