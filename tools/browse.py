"""Draw the ground truth: of the training set as the network sees it, augmentation included."""

from __future__ import annotations

import argparse
from pathlib import Path

import _common
import numpy as np
from mmdet.registry import DATASETS, VISUALIZERS
from mmengine.registry import init_default_scope
from tqdm import tqdm

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import read_image
from projects.smn.errors import UserError, run_tool


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument('--split', choices=('train', 'val', 'test'), default='train')
    parser.add_argument('--number', type=int, default=20, help='how many images')
    parser.add_argument('--out-dir', default='work_dirs/browse', help='where the pictures go')
    parser.add_argument('--seed', type=int, default=0, help='of the augmentation')
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
    visualizer = VISUALIZERS.build(dict(type='TaskVisualizer', name='browse'))
    visualizer.dataset_meta = dataset.metainfo
    out_dir = Path(args.out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    count = min(args.number, len(dataset))
    # Spread over the data set, so that each of several annotation files is seen.
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist()
    for index in tqdm(indices, unit='image', desc='browse'):
        packed = dataset[index]
        sample = packed['data_samples']
        visualizer.add_datasample(
            str(index),
            shown_image(packed, args.split),
            sample,
            draw_pred=False,
            out_file=str(out_dir / f'{index:04d}_{Path(sample.img_path).stem}.jpg'),
        )
    print(f'{count} pictures of {len(dataset)} images are in {out_dir}')


def shown_image(packed: dict, split: str) -> np.ndarray:
    """The image that the labels lie on, RGB."""
    if split == 'train':
        return packed['inputs'].permute(1, 2, 0).numpy()[..., ::-1]
    # Pipelines for val and test load the labels after resizing: they are those of the file's image.
    return read_image(packed['data_samples'].img_path)[..., ::-1]


if __name__ == '__main__':
    run_tool(main)
