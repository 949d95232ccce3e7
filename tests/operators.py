"""For tests of operators: ours behind mmcv's own functions, and whether compiled ones are there."""

from __future__ import annotations

from importlib import import_module

import pytest

from projects.smn.ops import choice, extension, operators_are_compiled
from projects.smn.ops.origin import CALLERS

needs_compiled = pytest.mark.skipif(
    not operators_are_compiled(), reason='mmcv was installed without its compiled operators'
)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """mmcv's functions call our operators, also where it has compiled ones, or torchvision has."""
    monkeypatch.setattr(choice, '_OPS', None)
    for name in CALLERS:
        monkeypatch.setattr(import_module(f'mmcv.ops.{name}'), 'ext_module', extension)
