"""One config, trained several times: by seeds, by folds, with fewer images."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from projects.smn.convert.coco_file import part_of, read_coco
from projects.smn.convert.report import Report
from projects.smn.convert.splits import split_groups
from projects.smn.errors import UserError
from projects.smn.files import write_json


@dataclass(frozen=True)
class Variation:
    """In what one training differs from the config.

    Attributes:
        seed: Of everything random in it; None leaves it to the config.
        fold: Number of the fold that is tested on, from 0.
        folds: How many there are; 0 for the config's own split.
        images: How many images are trained on; None for all.
    """

    seed: int | None = None
    fold: int | None = None
    folds: int = 0
    images: int | None = None

    @property
    def folder(self) -> Path:
        """The folder of this training in that of its config; the latter if nothing varies."""
        names = [(self.images, 'images'), (self.fold, 'fold'), (self.seed, 'seed')]
        return Path(*(f'{name}{value}' for value, name in names if value is not None))


def variations(
    seeds: Iterable[int] | None, folds: int, images: Iterable[int] | None
) -> Iterator[Variation]:
    """All of them, those with few images first."""
    for number, fold, seed in product(
        images or [None], range(folds) if folds else [None], seeds or [None]
    ):
        yield Variation(seed, fold, folds, number)


def varied(cfg: Config, variation: Variation, folder: Path) -> Config:
    """A config with what differs; the annotation files that it needs are written into ``folder``.

    With folds, the images of training, validation and test are dealt anew, and nothing is
    validated: what is tested on must not choose a checkpoint. Copies of a picture are in one fold.
    The images of a smaller number are among those of a larger one, and as many steps are trained
    with fewer.

    Args:
        cfg: Not linked. Changed in place.
        variation: Of :func:`variations`.
        folder: Of this training.

    Raises:
        UserError: The config has no annotation files, or fewer images than asked for.
    """
    if variation.seed is not None:
        cfg.merge_from_dict({'randomness.seed': variation.seed})
    if variation.fold is None and variation.images is None:
        return cfg
    if variation.fold is None:
        trained_on = _read(cfg, ['train_dataloader'])
    else:
        every = _read(cfg, ['train_dataloader', 'val_dataloader', 'test_dataloader'])
        tested = _folds(every, Path(_root(cfg)), variation.folds)[variation.fold]
        trained_on = part_of(every, {image['id'] for image in every['images']} - tested)
        _point_to(cfg, 'test_dataloader', folder / 'test.json', part_of(every, tested))
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
        cfg.pop('monitor', None)
    total = len(trained_on['images'])
    if variation.images is not None:
        trained_on = part_of(trained_on, _some(trained_on, variation.images))
        if cfg.train_cfg.get('type') != 'IterBasedTrainLoop':
            sampler = dict(type='ShareSampler', shares=[1.0], epoch_length=total)
            cfg.train_dataloader.update(sampler=sampler, batch_sampler=None)
    _point_to(cfg, 'train_dataloader', folder / 'train.json', trained_on)
    return cfg


def _folds(coco: dict[str, Any], root: Path, count: int) -> list[set[int]]:
    """Image ids of each fold; the same images give the same folds."""
    copies: dict[str, list[int]] = defaultdict(list)
    for image in coco['images']:
        content = (root / image['file_name']).read_bytes()
        copies[hashlib.sha256(content).hexdigest()].append(image['id'])
    if len(copies) < count:
        raise UserError(f'{len(copies)} different images cannot be dealt into {count} folds')
    ends = [100 * number // count for number in range(count + 1)]
    shares = {str(n): ends[n + 1] - ends[n] for n in range(count)}
    return list(split_groups(copies.values(), shares, seed=0).values())


def _some(coco: dict[str, Any], number: int) -> set[int]:
    """Ids of that many images, among them those of any smaller number."""
    ids = sorted(image['id'] for image in coco['images'])
    if number > len(ids):
        raise UserError(f'--images {number}: there are {len(ids)} to train on')
    random.Random(0).shuffle(ids)
    return set(ids[:number])


def _read(cfg: Config, loaders: Iterable[str]) -> dict[str, Any]:
    """What the annotation files of some loaders hold, as one; file names from the data root."""
    whole: dict[str, Any] = dict(images=[], annotations=[], categories=[])
    for dataset in [leaf for loader in loaders for leaf in _leaves(cfg, loader)]:
        path = Path(_root(cfg), dataset.ann_file)
        coco = read_coco(path, Report(path))
        prefix = dataset.get('data_prefix') or {}
        shift = max((image['id'] for image in whole['images']), default=0) + 1
        for image in coco['images']:
            image['id'] += shift
            image['file_name'] = f'{prefix.get("img", "")}{image["file_name"]}'
            if 'seg_map' in image:
                image['seg_map'] = f'{prefix.get("seg", "")}{image["seg_map"]}'
        for annotation in coco['annotations']:
            annotation['image_id'] += shift
        whole['images'] += coco['images']
        whole['annotations'] += coco['annotations']
        if whole['categories'] and whole['categories'] != coco['categories']:
            raise UserError(f'{path} has other categories than the files before it')
        whole['categories'] = coco['categories']
    for number, annotation in enumerate(whole['annotations'], 1):
        annotation['id'] = number
    return whole


def _point_to(cfg: Config, loader: str, path: Path, content: dict[str, Any]) -> None:
    """Let a data loader read one file, with the pipeline of the first that it reads now."""
    write_json(path, content)
    dataset = _leaves(cfg, loader)[0]
    dataset.ann_file = str(path.resolve())
    dataset.data_prefix = dict.fromkeys(dataset.get('data_prefix') or ['img'], '')
    cfg[loader].dataset = dataset


def _leaves(cfg: Config, loader: str) -> list[ConfigDict]:
    """The data sets of a data loader that have annotation files; none if there is no loader."""
    if not cfg.get(loader):
        return []
    dataset = cfg[loader].dataset
    leaves = dataset.get('datasets') or [dataset]
    if not all('ann_file' in leaf for leaf in leaves):
        raise UserError(
            f'{loader} has a {dataset.type}; --folds and --images need annotation files, one or '
            'several in a ConcatDataset'
        )
    return list(leaves)


def _root(cfg: Config) -> str:
    return cfg.get('data_root') or '.'
