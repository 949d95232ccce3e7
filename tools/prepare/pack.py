"""Pack the images of a split, and its semantic maps, into one HDF5 file.

    python tools/prepare/pack.py configs/fruit/smn_lite0_fpn_fruit_demo.py --split train
    python tools/train.py configs/fruit/smn_lite0_fpn_fruit_demo.py \\
        --cfg-options packed=data/fruit/train.h5

packs what the config's data set of that split names, into ``train.h5`` in its ``data_root``. Files
are stored as they are, byte for byte. The annotation file is not packed.

    python tools/prepare/pack.py old/train --out data/old/train.h5 --class pet \\
        --binary species cat dog --box head

reads arrays instead of files: ``images.h5`` (N, H, W, 3) in the folder and, where they are there,
``masks.h5`` (N, H, W) or (N, H, W, 1), ``bboxes.h5`` (N, 4), ``binary.h5`` (N,) or (N, 1). Images
and semantic maps become PNGs in the pack, ``images/train_000001.png`` and
``annotations/semantic/train_000001.png``, without loss; labels ``annotations/train.json`` beside
the pack, in the project's format. The pack and its labels are written both or not at all.

What such arrays do not say is by options, with these defaults: boxes are x1, y1, x2, y2 in pixels;
the object has the one value of the masks that is not 0, and 0 is background; channels are R, G, B.
A box without an area, and a binary value of NaN, means not labelled.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

for folder in Path(__file__).resolve().parents[2::-1]:
    sys.path.insert(0, str(folder))

import _common
from _read_speed import measure
from mmdet.registry import DATASETS
from mmengine.registry import init_default_scope

from projects.smn.convert.array_records import TOOL, ArrayConverter
from projects.smn.convert.raw_arrays import Conventions, open_arrays
from projects.smn.datasets import find_sources
from projects.smn.datasets.backends import is_pack, write_pack
from projects.smn.engine import link_tasks
from projects.smn.errors import UserError, run_tool
from projects.smn.files import replacing, write_json


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('source', type=Path, help='a config, or a folder with images.h5')
    add('--out', type=Path, help='the pack; default for a config: SPLIT.h5 in its data_root')
    of_config = parser.add_argument_group('with a config')
    of_config.add_argument('--split', choices=('train', 'val', 'test'), default='train')
    of_config.add_argument(
        '--benchmark',
        action='store_true',
        help='then compare reading from the pack with reading the files',
    )
    _common.add_cfg_options(of_config)
    add = parser.add_argument_group('with arrays').add_argument
    add('--class', dest='class_name', default='object', help='the class of the masks')
    add(
        '--binary',
        nargs=3,
        metavar=('NAME', 'CLASS0', 'CLASS1'),
        default=('binary', '0', '1'),
        help='the attribute that binary.h5 is, and what 0 and 1 mean; default: binary 0 1',
    )
    add('--box', default='box', metavar='NAME', help='what bboxes.h5 shows; default: box')
    add('--box-format', choices=('xyxy', 'xywh'), default='xyxy', help='in pixels; default: xyxy')
    add('--mask-object', nargs='+', type=int, metavar='VALUE', help='of the object in masks.h5')
    add('--mask-ignore', nargs='+', type=int, default=(), metavar='VALUE', help='not labelled')
    add('--channels', choices=('rgb', 'bgr'), default='rgb', help='default: rgb')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    try:
        if args.source.is_dir():
            pack_arrays(args)
        else:
            pack_config(args)
    except OSError as error:
        where = error.filename or args.out
        raise UserError(f'cannot read or write {where}: {error.strerror or error}') from error


def pack_config(args: argparse.Namespace) -> None:
    """Pack what a config reads."""
    cfg = link_tasks(_common.load_config(str(args.source), args.cfg_options))
    init_default_scope(cfg.get('default_scope', 'mmdet'))
    loader = cfg.get(f'{args.split}_dataloader')
    if loader is None:
        raise UserError(f'{args.source} has no {args.split}_dataloader')
    sources = find_sources(DATASETS.build(loader.dataset))
    root = Path(os.path.commonpath([os.path.abspath(s.data_root or '.') for s in sources]))
    images = dict.fromkeys(entry['img_path'] for entry in entries_of(sources))
    files = [*images, *dict.fromkeys(maps_of(sources))]
    keys = [os.path.relpath(path, root) for path in files]
    for path, key in zip(files, keys, strict=True):
        if key.startswith('..'):
            raise UserError(f'{path} lies outside of {root}, the folder that the pack stands for')
    if root.is_relative_to(Path.cwd()):
        root = root.relative_to(Path.cwd())
    out = args.out or root / f'{args.split}.h5'
    check_replaceable(out)
    with replacing(out) as temporary:
        shown = tqdm(zip(keys, files, strict=True), desc='pack', unit='file', total=len(files))
        size = write_pack(temporary, ((key, Path(path).read_bytes()) for key, path in shown))
    print(f'written: {out}, {len(files)} files, {size / 1e6:.1f} MB')
    beside = os.path.abspath(out.parent) == os.path.abspath(root)
    option = f'packed={out}' if beside else f'packed.path={out} packed.root={root}'
    print(f'to read it: --cfg-options {option}')
    if args.benchmark:
        compare(files, list(images), dict(backend='packed', path=str(out), root=str(root)))


def entries_of(sources: list) -> list[dict]:
    """The raw data of all images of several data sets."""
    return [source.get_data_info(index) for source in sources for index in range(len(source))]


def maps_of(sources: list) -> list[str]:
    """The files that labels name, such as semantic maps."""
    return [
        entry['image_labels'][name]
        for entry in entries_of(sources)
        for name, task in entry['tasks'].items()
        if task.file_prefix and name in entry['image_labels']
    ]


def check_replaceable(out: Path) -> None:
    """Raise a UserError if something else than a pack would be lost."""
    if out.exists() and not is_pack(out):
        raise UserError(f'--out {out} exists and is no pack; name another file')


def compare(files: list[str], images: list[str], backend_args: dict) -> None:
    """Print a table of how fast the same files are read from disk and from their pack."""
    ways = {'plain files': (files, None), 'packed': ([backend_args['path']], backend_args)}
    print('\n| | files/s, cold | files/s, warm | images/s, decoded | resident memory |')
    print('| --- | --- | --- | --- | --- |')
    for way, (stored, arguments) in ways.items():
        speed = measure(files, images, stored, arguments)
        rates = ' | '.join(f'{rate:,.0f}' for rate in (speed.cold, speed.warm, speed.decoded))
        print(f'| {way} | {rates} | +{speed.memory:.1f} MiB |')


def pack_arrays(args: argparse.Namespace) -> None:
    """Pack arrays of earlier work, and write their labels."""
    if args.out is None:
        raise UserError('arrays need --out PACK, such as data/old/train.h5')
    if args.benchmark:
        raise UserError('--benchmark compares with plain files, which arrays do not have')
    conventions = Conventions(
        args.class_name,
        args.binary[0],
        tuple(args.binary[1:]),
        args.box,
        args.box_format,
        args.mask_object and frozenset(args.mask_object),
        frozenset(args.mask_ignore),
        args.channels,
    )
    labels = args.out.parent / 'annotations' / f'{args.out.stem}.json'
    check_replaceable(args.out)
    if labels.exists() and f'"tool": "{TOOL}"' not in labels.read_text('utf-8', 'replace')[:100]:
        raise UserError(f'{labels} exists and is not by this tool; name another --out')
    with open_arrays(args.source) as arrays:
        converter = ArrayConverter(arrays, conventions, args.out.stem)
        with replacing(labels) as labels_file, replacing(args.out) as pack:
            count = len(converter) * (2 if 'masks' in arrays else 1)
            shown = tqdm(converter.files(), desc='pack', unit='file', total=count)
            size = write_pack(pack, shown)
            write_json(labels_file, converter.coco)
    for what, number in converter.noticed.items():
        print(f'noticed: {what}: {number}')
    print(f'written: {args.out}, {count} files, {size / 1e6:.1f} MB, and {labels}')
    print(f'to read it: --cfg-options packed={args.out}')


if __name__ == '__main__':
    run_tool(main)
