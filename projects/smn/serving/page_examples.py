"""Images to try the page with."""

from __future__ import annotations

from pathlib import Path

import cv2
from mmengine.config import Config

from projects.smn.engine.frames import IMAGE_SUFFIXES
from projects.smn.synthetic.fruit_coco import CATEGORIES
from projects.smn.synthetic.fruit_scene import render

NUMBER = 4
# 'test' of tools/prepare/synthetic_fruit.py, whose default seed is 0.
SEED, SPLIT = 0, 2


def example_images(cfg: Config, folder: Path) -> list[Path]:
    """A few images of the kind that a network knows.

    They are the first of its config's test set, if that is on this machine. Else, for a network of
    the synthetic fruits, as many are rendered; for another there are none.

    Args:
        cfg: Of the network.
        folder: Where to write images that are rendered.
    """
    dataset = cfg.test_dataloader.dataset
    images = Path(dataset.get('data_root') or '', dataset.get('data_prefix', {}).get('img', ''))
    if images.is_dir():
        found = sorted(p for p in images.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        if found:
            return found[:NUMBER]
    of_fruits = set(cfg.get('classes') or ()) == {category['name'] for category in CATEGORIES}
    return [_render(index, folder) for index in range(NUMBER)] if of_fruits else []


def _render(index: int, folder: Path) -> Path:
    _, photograph = render(SEED, SPLIT, index)
    path = folder / f'{index + 1:06d}.jpg'
    cv2.imwrite(str(path), photograph[..., ::-1])
    return path
