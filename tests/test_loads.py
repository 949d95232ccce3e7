"""Files that may come from anywhere are loaded in one place, where nothing in them is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ('projects', 'tools', 'configs')
    for path in (ROOT / folder).rglob('*.py')
)
LOADING = Path('projects/smn/engine/checkpoints/loading.py')
# Modules whose files run what they hold, or may.
UNSAFE_MODULES = {
    'pickle',
    'cPickle',
    '_pickle',
    'dill',
    'cloudpickle',
    'joblib',
    'marshal',
    'shelve',
}
# Functions that load checkpoints, whatever they are called on.
LOADERS = {
    'load_checkpoint',
    '_load_checkpoint',
    '_load_checkpoint_with_prefix',
    '_safe_torch_load',
    'load_state_dict_from_url',
    'load_url',
    'load_from_local',
    'load_from_http',
}
ATTRIBUTES = {
    ('torch', 'load'),
    ('hub', 'load'),
    ('jit', 'load'),
    ('CheckpointLoader', 'load_checkpoint'),
    ('yaml', 'load'),
    ('yaml', 'unsafe_load'),
    ('np', 'load'),
    ('numpy', 'load'),
}
# What mmengine is led by to the one function.
LED = {
    (Path('projects/smn/engine/runner.py'), 'def load_checkpoint'),
    (LOADING.with_name('mmengine_loader.py'), 'mmengine_checkpoint._safe_torch_load'),
    (LOADING, 'torch.load'),
}


def loads(tree: ast.AST) -> Iterator[str]:
    """How a program loads what may run: imports, calls, names of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split('.')[0] in UNSAFE_MODULES)
        elif isinstance(node, ast.ImportFrom):
            if (node.module or '').split('.')[0] in UNSAFE_MODULES:
                yield node.module
            yield from (a.name for a in node.names if a.name in LOADERS)
            yield from (
                f'{node.module}.{a.name}'
                for a in node.names
                if ((node.module or '').split('.')[-1], a.name) in ATTRIBUTES
            )
        elif isinstance(node, ast.Attribute):
            owner = getattr(node.value, 'id', None) or getattr(node.value, 'attr', None)
            if (owner, node.attr) in ATTRIBUTES or node.attr in LOADERS:
                yield f'{owner}.{node.attr}'
        elif isinstance(node, ast.FunctionDef) and node.name in LOADERS:
            yield f'def {node.name}'


@pytest.mark.parametrize('path', SOURCES, ids=str)
def test_nothing_loads_but_by_the_one_function(path):
    found = {(path, load) for load in loads(ast.parse((ROOT / path).read_text('utf-8')))}
    assert found <= LED


def test_the_one_function_is_found():
    assert list(loads(ast.parse((ROOT / LOADING).read_text('utf-8')))) == ['torch.load']


@pytest.mark.parametrize(
    'line',
    [
        'torch.load(path)',
        'import pickle',
        'import pickle as p',
        'from pickle import loads',
        'from torch import load',
        'torch.hub.load(x)',
        'torch.jit.load(x)',
        'from mmengine.runner import load_checkpoint',
        'mmengine.runner.checkpoint._load_checkpoint(x)',
        'CheckpointLoader.load_checkpoint(x)',
        'torch.hub.load_state_dict_from_url(x)',
        'import joblib',
        'np.load(x, allow_pickle=True)',
        'yaml.unsafe_load(x)',
    ],
)
def test_others_would_be_found(line):
    assert list(loads(ast.parse(line)))
