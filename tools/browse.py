"""Draw the ground truth: of the training set as the network sees it, augmentation included.

``--stats`` draws figures of the whole split instead: what is in it, and what is labelled.
``--anchors INDEX`` draws the anchors of the config's dense head instead, and which are matched to
the objects of a training image.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import _common
import numpy as np
from _anchors import rgb_of, write_anchors
from mmdet.registry import DATASETS, VISUALIZERS
from mmengine.config import Config
from mmengine.fileio import get
from mmengine.registry import init_default_scope
from torch.utils.data import Dataset
from tqdm import tqdm

from projects.smn.datasets import describe_remarks, find_origins, find_sources, refuse_remarks
from projects.smn.engine import link_tasks
from projects.smn.engine.label_options import learned
from projects.smn.errors import UserError, run_tool
from projects.smn.reading import ImageError, read_picture
from projects.smn.reading.orientation import as_stored
from projects.smn.visualization.statistics import write_statistics


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('--split', choices=('train', 'val', 'test'), default='train')
    parser.add_argument('--number', type=int, default=20, help='how many images')
    parser.add_argument(
        '--out-dir', '--out', default='work_dirs/browse', help='where the pictures go'
    )
    parser.add_argument('--seed', type=int, default=0, help='of the augmentation')
    parser.add_argument(
        '--stats', action='store_true', help='figures of the split, and not its images'
    )
    parser.add_argument(
        '--anchors', type=int, metavar='INDEX', help='the anchors on this image of --split train'
    )
    _common.add_style(parser)
    _common.add_strict(parser)
    _common.add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    cfg = link_tasks(_common.load_config(args.config, args.cfg_options))
    init_default_scope(cfg.get('default_scope', 'mmdet'))
    loader = cfg.get(f'{args.split}_dataloader')
    if loader is None:
        raise UserError(f'{args.config} has no {args.split}_dataloader')
    np.random.seed(args.seed)  # the transforms draw from it
    dataset = DATASETS.build(loader.dataset)
    say_remarks(dataset, args.strict)
    out_dir = Path(args.out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    if args.anchors is not None:
        if args.split != 'train':
            raise UserError('--anchors goes with --split train: they are matched in training')
        draw_anchors(cfg, dataset, args.anchors, out_dir)
    elif args.stats:
        draw_statistics(dataset, out_dir)
    else:
        draw_images(dataset, args, out_dir)


def say_remarks(dataset: Dataset, strict: bool) -> None:
    """Print what the data set left out of its files, mended in them or took for granted."""
    files = [(source.ann_file, source.remarks) for source in find_sources(dataset)]
    if strict:
        refuse_remarks(files)
    if text := describe_remarks(files):
        print(f'left out, mended or taken for granted:\n{text}')


def draw_images(dataset: Dataset, args: argparse.Namespace, out_dir: Path) -> None:
    visualizer = VISUALIZERS.build(dict(type='TaskVisualizer', name='browse', style=args.style))
    visualizer.dataset_meta = dataset.metainfo
    origins = find_origins(dataset)
    count = min(args.number, len(dataset))
    # Spread over the data set, so that each of several annotation files is seen.
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist()
    for index in tqdm(indices, unit='image', desc='browse'):
        packed = dataset[index]
        sample = packed['data_samples']
        visualizer.add_datasample(
            str(index),
            shown_image(packed, args.split, origins[index][0].backend_args),
            sample,
            draw_pred=False,
            out_file=str(out_dir / f'{index:04d}_{Path(sample.img_path).stem}.jpg'),
        )
    print(f'{count} pictures of {len(dataset)} images are in {out_dir}')


def shown_image(packed: dict, split: str, backend_args: dict | None = None) -> np.ndarray:
    """The image that the labels lie on, RGB."""
    if split == 'train':
        return rgb_of(packed)
    # Pipelines for val and test load the labels after resizing: they are those of the file's image.
    return read_rgb(packed['data_samples'].img_path, backend_args)


def draw_statistics(dataset: Dataset, out_dir: Path) -> None:
    sources = find_sources(dataset)
    origins = [(source, source.get_data_info(i)) for source in sources for i in range(len(source))]
    places = {entry['img_path']: (source.backend_args, entry['drawn']) for source, entry in origins}
    paths = write_statistics(
        [entry for _, entry in origins],
        sources[0].metainfo['classes'],
        sources[0].tasks,
        lambda path: read_rgb(path, *places[path]),
        out_dir,
    )
    print(f'written to {out_dir}: {", ".join(path.name for path in paths)}')
    for name, options in learned(sources[0].tasks.values(), sources).items():
        print(f'{name}: {", ".join(f"{key}={value:g}" for key, value in options.items())}')


def draw_anchors(cfg: Config, dataset: Dataset, index: int, out_dir: Path) -> None:
    if not 0 <= index < len(dataset):
        raise UserError(f'--anchors {index}: the split has the images 0 to {len(dataset) - 1}')
    paths = write_anchors(cfg, dataset[index], out_dir)
    print(f'written to {out_dir}: {", ".join(path.name for path in paths)}')


def read_rgb(path: str, backend_args: dict | None, drawn: str | None = None) -> np.ndarray:
    """An image, (H, W, 3), uint8; not turned by EXIF where labels are ``drawn`` so."""
    try:
        picture = read_picture(get(path, backend_args))
    except ImageError as error:
        raise UserError(f'{path} {error}') from None
    stored = drawn == 'stored'
    pixels = as_stored(picture.pixels, picture.orientation) if stored else picture.pixels
    return pixels[..., ::-1]


if __name__ == '__main__':
    run_tool(main)
