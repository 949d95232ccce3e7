"""Images to try the page with."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from mmengine.config import Config

from projects.smn.errors import UserError
from projects.smn.files import inside

NUMBER = 4


def example_images(cfg: Config) -> list[Path]:
    """A few images of the kind that a network knows.

    They are the first that the annotations of its config's test set list, if they are on this
    machine; else there are none. One that does not lie in the folder of the images is left out, as
    whoever can open the page sees them.

    Args:
        cfg: Of the network.
    """
    dataset = cfg.test_dataloader.dataset
    # By the annotation file: the folder of the images may hold other splits as well.
    root, ann_file = dataset.get('data_root'), dataset.get('ann_file')
    if not (root and ann_file and Path(root, ann_file).is_file()):
        return []
    try:
        listed = json.loads(Path(root, ann_file).read_bytes())['images'][:NUMBER]
        names = [image['file_name'] for image in listed]
    except (OSError, ValueError, LookupError, TypeError):
        return []  # a page without examples is better than none
    folder = Path(root, (dataset.get('data_prefix') or {}).get('img') or '')
    published = []
    for name in names:
        with suppress(UserError):  # it may name any file of the machine, and links may lead to any
            published.append(inside(folder, name))
    return [path for path in published if path.is_file()]
