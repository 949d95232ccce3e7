"""Images to try the page with."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
from mmengine.config import Config, ConfigDict

from projects.smn.errors import UserError
from projects.smn.files import inside
from projects.smn.synthetic.fruit_coco import CATEGORIES
from projects.smn.synthetic.fruit_scene import render

NUMBER = 4
# 'test' of tools/prepare/synthetic_fruit.py, whose default seed is 0.
SEED, SPLIT = 0, 2


def example_images(cfg: Config, folder: Path) -> list[Path]:
    """A few images of the kind that a network knows.

    They are the first that the annotations of its config's test set list, if they are on this
    machine. One that does not lie in the folder of the images is left out, as whoever can open the
    page sees them. If there is none, as many are rendered for a network of the synthetic fruits;
    for another there are none.

    Args:
        cfg: Of the network.
        folder: Where to write images that are rendered.
    """
    if found := _first_of(cfg.test_dataloader.dataset):
        return found
    of_fruits = set(cfg.get('classes') or ()) == {category['name'] for category in CATEGORIES}
    return [_render(index, folder) for index in range(NUMBER)] if of_fruits else []


def _first_of(dataset: ConfigDict) -> list[Path]:
    """By the annotation file: the folder of the images may hold other splits as well."""
    root, ann_file = dataset.get('data_root'), dataset.get('ann_file')
    if not (root and ann_file and Path(root, ann_file).is_file()):
        return []
    try:
        listed = json.loads(Path(root, ann_file).read_bytes())['images'][:NUMBER]
        names = [image['file_name'] for image in listed]
    except (OSError, ValueError, LookupError, TypeError):
        return []  # a page without examples is better than none
    folder = Path(root, (dataset.get('data_prefix') or {}).get('img') or '')
    return [path for name in names if (path := _published(folder, name))]


def _published(folder: Path, name: str) -> Path | None:
    """An annotation file may name any file of the machine, and links may lead to any."""
    try:
        path = inside(folder, name)
    except UserError:
        return None
    return path if path.is_file() else None


def _render(index: int, folder: Path) -> Path:
    _, photograph = render(SEED, SPLIT, index)
    path = folder / f'{index + 1:06d}.jpg'
    cv2.imwrite(str(path), photograph[..., ::-1])
    return path
