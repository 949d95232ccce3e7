from __future__ import annotations

import pytest
from helpers import read_coco


@pytest.fixture
def coco(tiny_coco):
    """The content of the annotation file of ``tiny_coco``."""
    return read_coco(tiny_coco)
