#!/usr/bin/env python3
"""Render the synthetic fruit data: photographs of cucumbers on a table, and their labels as COCO.

    python tools/prepare/synthetic_fruit.py --out data/fruit --train 400 --val 80 --test 80

writes data/fruit/{train,val,test}/000001.jpg ... and data/fruit/annotations/{train,val,test}.json,
and semantic maps, data/fruit/maps/{train,val,test}/000001.png ...: 0 table, 1 cucumber, 2 colour
board, 255 the stems, which are not labelled.
The same arguments give the same bytes; a second call finds the complete set and leaves it alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from synthetic.fruit_coco import coco_file, object_labels, semantic_map
from synthetic.fruit_scene import GENERATOR_VERSION, render

from projects.smn.errors import UserError, listing, run_tool
from projects.smn.files import replacing, write_json

SPLITS = ('train', 'val', 'test')
STAMP = 'synthetic_fruit.json'
JPEG_QUALITY = 92


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n')[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('--out', type=Path, default=Path('data/fruit'), help='folder to write to')
    for split, count in zip(SPLITS, (400, 80, 80), strict=True):
        parser.add_argument(f'--{split}', type=int, default=count, help=f'images in {split}')
    parser.add_argument('--seed', type=int, default=0, help='another seed, other images')
    parser.add_argument('--workers', type=int, default=_cpus(), help='processes that render')
    parser.add_argument('--force', action='store_true', help='render a complete set again')
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    check(arguments)
    out = arguments.out
    wanted = {'generator': GENERATOR_VERSION, 'seed': arguments.seed}
    wanted |= {split: getattr(arguments, split) for split in SPLITS}
    if not arguments.force and is_complete(out, wanted):
        print(f'{out} is complete already; --force renders it again')
        return
    try:
        write_json(out / STAMP, {**wanted, 'complete': False}, indent=2)
        with mapping(arguments.workers) as parallel:
            for number, split in enumerate(SPLITS):
                write_split(out, split, number, arguments.seed, wanted[split], parallel)
        write_json(out / STAMP, {**wanted, 'complete': True}, indent=2)
    except OSError as error:
        raise UserError(
            f'cannot write {error.filename or out}: {error.strerror or error}'
        ) from error
    print(f'{out}: ' + ', '.join(f'{wanted[split]} {split}' for split in SPLITS) + ' images')


def check(arguments: argparse.Namespace) -> None:
    """Raise a UserError for options that make no sense, before anything is written."""
    for name in (*SPLITS, 'seed'):
        if getattr(arguments, name) < 0:
            raise UserError(f'--{name} must be 0 or more, not {getattr(arguments, name)}')
    if not any(getattr(arguments, split) for split in SPLITS):
        raise UserError('--train, --val and --test are all 0, so there is nothing to render')
    if arguments.workers < 1:
        raise UserError(f'--workers must be 1 or more, not {arguments.workers}')
    out = arguments.out
    if out.exists() and not out.is_dir():
        raise UserError(f'--out {out} is a file, and must be a folder')
    taken = [name for name in (*SPLITS, 'maps', 'annotations') if (out / name).exists()]
    if taken and not (out / STAMP).exists():
        raise UserError(f'--out {out} holds {listing(taken)} of other data; name a new folder')


def is_complete(out: Path, wanted: dict) -> bool:
    """Whether an earlier call with the same arguments came to its end and nothing was removed."""
    try:
        stamp = json.loads((out / STAMP).read_text('utf-8'))
    except (OSError, ValueError):
        return False
    return stamp == {**wanted, 'complete': True} and all(
        (out / 'annotations' / f'{split}.json').is_file()
        and all(path.is_file() for n in range(wanted[split]) for path in files(out, split, n))
        for split in SPLITS
    )


def write_split(out: Path, split: str, number: int, seed: int, count: int, parallel) -> None:
    """Render one split; ``parallel`` is an ordered map. Its annotation file comes last."""
    annotations = out / 'annotations' / f'{split}.json'
    annotations.unlink(missing_ok=True)
    wanted = {path for index in range(count) for path in files(out, split, index)}
    for folder in (out / split, out / 'maps' / split):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():  # of a larger set, or of a call that was killed
            if path not in wanted and re.fullmatch(r'\.?\d{6,}(\.\d+)?\.(jpg|png)', path.name):
                path.unlink()
    job = partial(write_image, out, split, seed, number)
    images = list(tqdm(parallel(job, range(count)), split, count, unit='image'))
    info = {'description': f'synthetic fruit, {split}', 'seed': seed}
    write_json(annotations, coco_file(images, {**info, 'version': str(GENERATOR_VERSION)}))


def write_image(out: Path, split: str, seed: int, number: int, index: int) -> dict:
    """Render one image and its map to their files; return what the annotation file says of them.

    Args:
        number: Of the split, which makes its images others than those of the rest.
    """
    scene, photograph, table = render(seed, number, index)
    image, surfaces = files(out, split, index)
    bgr = cv2.cvtColor(photograph, cv2.COLOR_RGB2BGR)
    encode(image, bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    encode(surfaces, semantic_map(scene), [])
    return {
        'file_name': image.name,
        'width': scene.width,
        'height': scene.height,
        'seg_map': surfaces.name,
        'attributes': {'table': table},
        'objects': object_labels(scene),
    }


def files(out: Path, split: str, index: int) -> tuple[Path, Path]:
    """Where an image and its map are."""
    name = f'{index + 1:06d}'
    return out / split / f'{name}.jpg', out / 'maps' / split / f'{name}.png'


def encode(path: Path, pixels: np.ndarray, options: list[int]) -> None:
    _, encoded = cv2.imencode(path.suffix, pixels, options)
    with replacing(path) as temporary:
        temporary.write_bytes(encoded.tobytes())


@contextmanager
def mapping(workers: int) -> Iterator:
    """An ordered map over ``workers`` processes; with one worker, in this process."""
    if workers == 1:
        _prepare_process()
        yield map
        return
    context = multiprocessing.get_context('spawn')  # OpenCV's threads do not survive a fork
    with context.Pool(workers, initializer=_prepare_worker) as pool:
        yield partial(pool.imap, chunksize=4)


def _prepare_process() -> None:
    cv2.setNumThreads(1)  # one image is too small to share, and all cores have one


def _prepare_worker() -> None:
    _prepare_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers


def _cpus() -> int:
    affinity = getattr(os, 'sched_getaffinity', None)  # what a container may use; Linux only
    return len(affinity(0)) if affinity else os.cpu_count() or 1


if __name__ == '__main__':
    run_tool(main)
