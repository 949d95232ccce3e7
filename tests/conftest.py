"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from helpers import leave_configs_unformatted, make_tiny_coco
from mmengine.registry import init_default_scope

# Tiny tensors: a second thread only costs.
torch.set_num_threads(1)
leave_configs_unformatted()


@pytest.fixture(autouse=True)
def _mmdet_scope() -> None:
    """Configs name modules as MMDetection's do, whatever scope another test has left behind."""
    init_default_scope('mmdet')


@pytest.fixture
def tiny_coco(tmp_path: Path) -> Path:
    """The root of a fresh data set, see :func:`helpers.make_tiny_coco`."""
    return make_tiny_coco(tmp_path / 'tiny')
