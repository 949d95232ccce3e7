"""Images that were loaded before, for transforms that join several."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from ..labels import TaskLabels


class CachedTransform(BaseTransform):
    """Keeps the latest images and their labels, as MMDetection's ``CachedMosaic`` does.

    Each worker of a data loader has a cache of its own; with ``persistent_workers=False`` it begins
    anew with every epoch.

    Args:
        prob: How often, once enough images are there.
        max_cached_images: How many are kept, in memory. One at random makes room for the next.
    """

    moves_task_labels = True
    others = 1  # how many images are joined to one

    def __init__(self, prob: float = 1.0, max_cached_images: int = 20) -> None:
        self.prob = prob
        self.max_cached_images = max_cached_images
        self._images: list[dict] = []

    def transform(self, results: dict) -> dict:
        others = self._draw_others(len(self._images))
        chosen = [copy.deepcopy(self._images[index]) for index in others]
        self._remember(results)
        return self.joined(results, chosen) if chosen else results

    def joined(self, results: dict, others: list[dict]) -> dict:
        """One image of several."""
        raise NotImplementedError

    @cache_randomness
    def _draw_others(self, count: int) -> list[int]:
        if count < self.others or np.random.rand() >= self.prob:
            return []
        return np.random.choice(count, self.others, replace=False).tolist()

    def _remember(self, results: dict) -> None:
        if len(self._images) >= self.max_cached_images:
            self._images.pop(np.random.randint(len(self._images)))
        self._images.append(copy.deepcopy(results))

    def __repr__(self) -> str:
        options: dict[str, Any] = {k: v for k, v in vars(self).items() if not k.startswith('_')}
        return f'{type(self).__name__}({", ".join(f"{k}={v}" for k, v in options.items())})'


def same_scale(one: TaskLabels, other: TaskLabels) -> bool:
    """Whether two images were enlarged alike; if not, no length can be told in one made of both."""
    return np.allclose(one.scale, other.scale, rtol=1e-3)
