"""The tools that make and convert pets, loaded once, and what their tests share."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import ROOT
from labelling import load

PREPARE = ROOT / 'tools/prepare'
converter, maker = load('oxford_pet'), load('synthetic_pets')


def make(out: Path, *options: object) -> Path:
    """Render pets in the original layout; ``out``."""
    maker.main(['--out', str(out), *map(str, options)])
    return out


def convert(root, out, *options):
    """Run the tool; the files of its parts, and its summary."""
    converter.main([str(word) for word in (root, '--out', out, *options)])
    parts = {
        path.stem: json.loads(path.read_text()) for path in (out / 'annotations').glob('*.json')
    }
    return parts, json.loads((out / 'summary.json').read_text())
