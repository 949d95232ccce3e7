"""Where an object of a mask is, as a COCO annotation says it."""

from __future__ import annotations

from typing import Any

import numpy as np

from projects.smn.reading.outlines import measure
from projects.smn.tasks import encode_mask


def place_of_mask(mask: np.ndarray) -> dict[str, Any] | None:
    """Where an object is, (height, width) bool, as keys of a COCO annotation; None if nowhere."""
    outline = encode_mask(mask)
    if (measured := measure(outline, *mask.shape)) is None:
        return None
    return dict(bbox=measured.box, area=measured.area, segmentation=outline, iscrowd=0)
