"""The configs that the pages show, and data for them."""

from __future__ import annotations

import re
from pathlib import Path

from mmengine.config import Config
from networks import ROOT


def example_config(page: str, word: str, folder: Path) -> Config:
    """The one example of a page that has a word in it, as if saved at the top of the repository."""
    blocks = re.findall('```python\n(.*?)```', (ROOT / page).read_text(), re.S)
    (code,) = [block for block in blocks if word in block]
    path = folder / 'example.py'
    path.write_text(code.replace("'./configs/", f"'{ROOT}/configs/"))
    return Config.fromfile(path)


def make_tomatoes(coco: Path, folder: Path) -> Path:
    """Move a tiny data set of fruits to ``data/tomato``, laid out as the converters do."""
    root = folder / 'data' / 'tomato'
    root.parent.mkdir()
    coco.rename(root)
    (root / 'train').rename(root / 'images')
    for path in (root / 'annotations').iterdir():
        text = path.read_text().replace('"name": "fruit"', '"name": "tomato"')
        path.write_text(re.sub(r'"neck": "."', '"ripe": "red"', text))
    return root
