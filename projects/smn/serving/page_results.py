"""What the page has answered lately, so that it can draw again without another pass."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np

from projects.smn.tasks import MaskTask, Task, compress_masks, decode_mask

from .exports import Prediction

MAX_BYTES = 500_000_000
# About what Python's objects take beside the pixels, of a result and of each mask in it.
RESULT_BYTES, MASK_BYTES = 10_000, 500


@dataclass(frozen=True)
class Result:
    """An image and what is said about it.

    Args:
        image: RGB, (H, W, 3), uint8.
        prediction: With masks as RLE while it is kept, as arrays once it is taken out.
    """

    image: np.ndarray
    prediction: Prediction

    @property
    def num_bytes(self) -> int:
        """About what it takes while it is kept."""
        total = RESULT_BYTES + self.image.nbytes
        for values in (*self.prediction.whole.values(), *(self.prediction.objects or {}).values()):
            if isinstance(values, list):
                total += sum(MASK_BYTES + len(mask['counts']) for mask in values)
            else:
                total += values.nbytes
        return total


class RecentResults:
    """Keeps the results that were used last, as many as fit.

    A browser gets a random key; who has the key can read the result until newer ones displace it.

    Args:
        tasks: Of the network.
        max_bytes: Of all results together. The newest is kept whatever its size.

    Attributes:
        num_bytes: What all results take together.
    """

    def __init__(self, tasks: dict[str, Task], max_bytes: int = MAX_BYTES) -> None:
        self.masks = [name for name, task in tasks.items() if isinstance(task, MaskTask)]
        self.tasks = tasks
        self.max_bytes = max_bytes
        self.num_bytes = 0
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, image: np.ndarray, prediction: Prediction) -> str:
        """Keep a result, and drop the oldest ones if there is no room. Returns its key."""
        if prediction.objects is not None:
            objects = compress_masks(prediction.objects, self.tasks)
            prediction = replace(prediction, objects=objects)
        key = secrets.token_urlsafe(16)
        result = Result(image, prediction)
        with self._lock:
            self._kept[key] = result
            self.num_bytes += result.num_bytes
            while len(self._kept) > 1 and self.num_bytes > self.max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self.num_bytes -= oldest.num_bytes
        return key

    def get(self, key: str, score_thr: float) -> Result:
        """A result without objects of a lower score.

        Raises:
            KeyError: If it is not kept, or no longer.
        """
        with self._lock:
            self._kept.move_to_end(key)
            result = self._kept[key]
        # Fewer objects first: it is the masks that take memory and time.
        prediction = result.prediction.at_least(score_thr)
        if prediction.objects is None:
            return result
        masks = {name: self._decode(prediction, name) for name in self.masks}
        return replace(
            result, prediction=replace(prediction, objects={**prediction.objects, **masks})
        )

    @staticmethod
    def _decode(prediction: Prediction, name: str) -> np.ndarray:
        """The masks of a task, (N, H, W), bool."""
        masks = np.zeros((len(prediction.objects[name]), *prediction.size), bool)
        for mask, rle in zip(masks, prediction.objects[name], strict=True):
            mask[:] = decode_mask(rle, *prediction.size)
        return masks
