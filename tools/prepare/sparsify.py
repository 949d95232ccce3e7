"""Take labels out of a fully labelled COCO file, to study training on partial labels.

    python tools/prepare/sparsify.py data/fruit/annotations/train.json \\
        --out data/fruit/annotations/train_one_task.json \\
        --config configs/fruit/smn_r18_fpn_fruit_demo.py --one-task-per-image

The tasks are those of the config. ``--one-task-per-image`` leaves each image its boxes and the
labels of one task: the labels belong to objects, which are found by their boxes, so boxes always
stay. ``--keep neck=0.25`` leaves the labels of ``neck`` on a quarter of the images that have them,
and those of all other tasks as they are. ``--incomplete 0.5`` drops objects from half of the
images, before anything else, and marks these images ``complete: false``.
``--one-class-per-image`` leaves each image the objects of one class, and marks it complete for that
class, as if sets of one class each had been joined. Only these two remove boxes.

The same seed gives the same bytes. A larger share contains the smaller one, and the choice for one
task does not depend on what is asked for the others.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from terminaltables import GithubFlavoredMarkdownTable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import _common

from projects.smn.convert import sparsify
from projects.smn.convert.coco_file import read_coco
from projects.smn.convert.report import Report
from projects.smn.engine import link_tasks
from projects.smn.errors import UserError, listing, run_tool
from projects.smn.files import write_json
from projects.smn.tasks import Task, build_tasks


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('annotations', type=Path, metavar='ANN_JSON', help='COCO file; it is only read')
    add('--out', type=Path, required=True, metavar='JSON', help='COCO file to write')
    add('--config', required=True, help='config whose `classes` and `tasks` count')
    add(
        '--one-task-per-image',
        action='store_true',
        help='each image keeps its boxes and the labels of one task, and each task gets as many '
        'images, or as even a number as the labels allow',
    )
    add(
        '--keep',
        nargs='+',
        metavar='TASK=SHARE',
        help='neck=0.25 rating=0.5: the labels of these tasks stay on that share of the images '
        'that have them',
    )
    add(
        '--incomplete',
        metavar='SHARE',
        help='this share of the images loses objects and gets `complete: false`',
    )
    add(
        '--one-class-per-image',
        action='store_true',
        help='each image keeps the objects of one class, and is complete for that class alone',
    )
    add(
        '--unsaid',
        action='store_true',
        help='leave out of the file that images are not complete, to see what saying it is worth',
    )
    add('--drop-objects', metavar='SHARE', help='of the objects of such an image; default: 0.5')
    add('--seed', type=int, default=0, help='another seed, other images')
    _common.add_cfg_options(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    check(args)
    cfg = link_tasks(_common.load_config(args.config, args.cfg_options))
    tasks = build_tasks(cfg.model.tasks, cfg.model.classes)
    if not tasks and (args.one_task_per_image or args.keep):
        raise UserError(f'{args.config} declares no `tasks`')
    shares = read_shares(args.keep or [], tasks)
    incomplete = read_share(args.incomplete or '0', '--incomplete')
    drop = read_share(args.drop_objects or '0.5', '--drop-objects')
    coco = read(args.annotations)
    try:
        for assumed in sparsify.take_names(coco, tasks):
            print(f'{args.annotations}: {assumed}')
        before = count(coco, tasks)
        # First, so that the shares of the tasks are exact in what is left.
        coco = sparsify.make_incomplete(coco, incomplete, drop, args.seed)
        if args.one_class_per_image:
            coco = sparsify.keep_one_class_per_image(coco, cfg.model.classes, args.seed)
        if args.one_task_per_image:
            coco = sparsify.keep_one_task_per_image(coco, tasks, args.seed)
        coco = sparsify.keep_shares(coco, tasks, shares, args.seed)
    except UserError as error:
        raise UserError(f'{args.annotations}: {error}') from None
    classes, known = cfg.model.classes, [category['name'] for category in coco['categories']]
    incomplete = sum(
        len(sparsify.complete_for(image, classes, known)) < len(classes) for image in coco['images']
    )
    if args.unsaid:
        for image in coco['images']:
            image.pop('complete', None)
    try:
        write_json(args.out, coco)
    except OSError as error:
        raise UserError(f'cannot write {args.out}: {error.strerror or error}') from error
    print_table(before, count(coco, tasks))
    unsaid = ', and the file does not say so' * args.unsaid
    print(f'{incomplete} of {len(coco["images"])} images are incomplete{unsaid}')
    print(f'written: {args.out}')


def check(args: argparse.Namespace) -> None:
    """Raise a UserError for options that make no sense together."""
    if args.one_task_per_image and args.keep:
        raise UserError('--one-task-per-image and --keep exclude each other')
    if args.one_class_per_image and args.incomplete is not None:
        raise UserError('--one-class-per-image and --incomplete exclude each other')
    boxes_go = args.one_class_per_image or args.incomplete is not None
    if not (args.one_task_per_image or args.keep or boxes_go):
        raise UserError(
            'one of --one-task-per-image, --keep, --incomplete and --one-class-per-image is needed'
        )
    if args.unsaid and not boxes_go:
        raise UserError('--unsaid belongs to --incomplete or --one-class-per-image')
    if args.drop_objects is not None and args.incomplete is None:
        raise UserError('--drop-objects belongs to --incomplete SHARE')
    if args.out.exists() and args.annotations.exists() and args.out.samefile(args.annotations):
        raise UserError(f'--out {args.out} is the file that is read; name another one')


def read_shares(words: list[str], tasks: dict[str, Task]) -> dict[str, float]:
    """``['neck=0.25,rating=0.5', 'length=0']`` as task name to share."""
    shares = {}
    for word in (word for group in words for word in group.split(',')):
        name, equals, share = word.partition('=')
        if not equals:
            raise UserError(f'--keep {word!r} is not of the form task=share')
        if name not in tasks:
            raise UserError(f'--keep {word!r}: there is no task {name!r}, only {listing(tasks)}')
        if name in shares:
            raise UserError(f'--keep names {name!r} twice')
        shares[name] = read_share(share, f'--keep {word!r}')
    return shares


def read_share(text: str, where: str) -> float:
    """A number from 0 to 1."""
    try:
        share = float(text)
    except ValueError:
        raise UserError(f'{where}: {text!r} is not a number') from None
    if not 0 <= share <= 1:
        raise UserError(f'{where}: a share must be from 0 to 1, not {text}')
    return share


def read(path: Path) -> sparsify.Coco:
    """The content of the file; what had to be repaired to read it is printed."""
    report = Report(path)
    coco = read_coco(path, report)
    images = {image['id'] for image in coco['images']}
    for annotation in coco['annotations']:
        if annotation['image_id'] not in images:
            raise UserError(
                f'{path}: annotation {annotation["id"]} has image_id {annotation["image_id"]}, '
                'which no image has'
            )
    for what in (*report.noticed, *report.corrected):
        print(f'{path}: {what}')
    return coco


def count(coco: sparsify.Coco, tasks: dict[str, Task]) -> dict[str, tuple[int, int]]:
    """Numbers of labelled records and of images with any, for each task; boxes first."""
    labelled = {'detection': sparsify.objects_of(coco), **sparsify.find_labelled(coco, tasks)}
    return {
        name: (len(records), len(sparsify.images_of(records))) for name, records in labelled.items()
    }


def print_table(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> None:
    rows = [['labelled for', 'objects', 'objects left', 'images', 'images left']]
    for name, (objects, images) in before.items():
        rows.append([name, objects, after[name][0], images, after[name][1]])
    print(GithubFlavoredMarkdownTable([[*map(str, row)] for row in rows]).table)


if __name__ == '__main__':
    run_tool(main)
