"""SMN: one network with a shared backbone and any number of tasks, on MMDetection.

Nothing is imported here, so that the preparation tools start at once. A config registers the
modules by its ``custom_imports``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mmengine.config import Config

    from .engine import Predictor

__version__ = '0.1.0'


def load(
    config: str | Path | Config,
    checkpoint: str | Path,
    device: str | None = None,
    score_thr: float = 0.3,
    scale: int | None = None,
    max_objects: int | None = None,
) -> Predictor:
    """A trained network that is ready to answer: see :class:`projects.smn.engine.Predictor`."""
    from .engine import Predictor

    return Predictor(config, checkpoint, device, score_thr, scale, max_objects)
