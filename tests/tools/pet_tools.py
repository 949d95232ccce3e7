"""The tools that make and convert pets, loaded once, and what their tests share."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from command_line import ROOT

PREPARE = ROOT / 'tools/prepare'


def _load(name):
    spec = importlib.util.spec_from_file_location(name, PREPARE / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


converter, maker = _load('oxford_pet'), _load('synthetic_pets')


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


def content(folder):
    paths = sorted(path for path in folder.rglob('*') if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
