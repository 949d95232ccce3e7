"""What mmcv finds in the place of its C++ extension, however a process starts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from operators import needs_compiled
from torch.utils.data import DataLoader, Dataset

from projects.smn.errors import UserError
from projects.smn.ops import describe_operators, extension, operators_are_compiled
from projects.smn.ops.origin import CALLERS, OPERATORS

ROOT = Path(__file__).parents[2]
SHIM = ROOT / 'requirements' / 'mmcv_ext' / 'mmcv' / '_ext.py'


def test_any_other_operator_can_be_asked_for_but_not_called():
    assert hasattr(extension, 'nms_rotated')
    with pytest.raises(UserError, match=r'^nms_rotated .* MMCV_OPS=1.*onedl-mmcv.*CUDA$'):
        extension.nms_rotated(1, b=2)


def test_what_python_asks_of_any_module_is_not_an_operator():
    assert not hasattr(extension, '__path__')


def test_the_shim_forwards_to_the_project():
    code = (
        'import _ext, sys\n'
        'assert "projects" not in sys.modules\n'
        'assert not hasattr(_ext, "__path__")\n'
        'from projects.smn.ops import extension\n'
        'assert _ext.nms is extension.nms\n'
        'assert callable(_ext.carafe_forward)\n'
        'assert not any(name.startswith(("mmcv", "mmdet")) for name in sys.modules)\n'
    )
    run(code, str(SHIM.parent))


def test_a_compiled_extension_comes_before_the_shim(tmp_path):
    suffix = '.abi3.so' if sys.platform != 'win32' else '.pyd'
    for name in ('_ext.py', f'_ext{suffix}'):
        (tmp_path / name).touch()
    assert PathFinder.find_spec('_ext', [str(tmp_path)]).origin.endswith(suffix)


@pytest.mark.parametrize('first', ['mmdet.apis', 'mmcv.ops'])
def test_a_process_may_import_first_what_it_likes(first):
    run(f'import {first}, torch, mmcv.ops\n{NMS_OF_TWO}', str(ROOT))


NMS_OF_TWO = 'assert len(mmcv.ops.nms(torch.eye(4)[:2], torch.ones(2), 0.5)[1]) == 2'


def test_a_torchvision_that_cannot_be_imported_does_not_matter(tmp_path):
    (tmp_path / 'torchvision').mkdir()
    (tmp_path / 'torchvision' / '__init__.py').write_text('raise RuntimeError("another torch")')
    code = 'from projects.smn.ops.choice import TORCHVISION\nassert TORCHVISION == ()'
    run(code, str(tmp_path), str(ROOT))


def run(code: str, *path: str) -> None:
    """Run code in a fresh process with these folders first on its path."""
    lines = f'import sys\nsys.path[:0] = {[*path, str(ROOT)]}\n{code}'
    subprocess.run([sys.executable, '-W', 'ignore', '-c', lines], check=True, cwd=ROOT)


class _NmsOfTwo(Dataset):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> torch.Tensor:
        assert 'mmcv.ops' not in sys.modules  # else it would be that of the test
        import mmcv.ops

        return mmcv.ops.nms(torch.eye(4)[:2], torch.ones(2), 0.5)[1]


def test_workers_of_a_loader_have_the_operators():
    for kept in DataLoader(_NmsOfTwo(), num_workers=1, multiprocessing_context='spawn'):
        assert kept.shape == (1, 2)


def test_the_description_names_every_operator_once():
    text = describe_operators()
    if operators_are_compiled():
        assert text == 'compiled mmcv'
    else:
        assert sorted(text.replace(';', ',').replace(': ', ', ').split(', ')) == sorted(
            [*OPERATORS, *(word for word in ('PyTorch', 'torchvision') if word in text)]
        )


def test_every_module_of_mmcv_that_calls_our_operators_is_known():
    found = set()
    (folder,) = find_spec('mmcv.ops').submodule_search_locations
    for path in Path(folder).glob('*.py'):
        loaded = re.search(r'ext_loader\.load_ext\(\s*[^,]*,\s*(\[.*?\])', path.read_text(), re.S)
        names = ast.literal_eval(loaded[1]) if loaded else []
        if set(names) & set(extension.__all__) and path.stem != 'info':
            found.add(path.stem)
    assert found == set(CALLERS)


@needs_compiled
def test_a_compiled_mmcv_is_in_use_where_there_is_one():
    assert not find_spec('mmcv._ext').origin.endswith('.py')
