"""What the page has answered lately, so that it can draw again without another pass."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from projects.smn.engine import Prediction

MAX_BYTES = 500_000_000
# About what Python's objects take beside the pixels, of a result and of each mask in it.
RESULT_BYTES, MASK_BYTES = 10_000, 500


def num_bytes(prediction: Prediction) -> int:
    """About what a prediction takes, with its image."""
    total = RESULT_BYTES + prediction.source.nbytes
    for values in (*prediction.image.values(), *(prediction.objects or {}).values()):
        if isinstance(values, list):
            total += sum(MASK_BYTES + len(str(value)) for value in values)
        else:
            total += values.nbytes
    return total


class RecentResults:
    """Keeps the results that were used last, as many as fit.

    A browser gets a random key; who has the key can read the result until newer ones displace it.

    Args:
        max_bytes: Of all results together. The newest is kept whatever its size.

    Attributes:
        num_bytes: What all results take together.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.num_bytes = 0
        self._kept: OrderedDict[str, Prediction] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, prediction: Prediction) -> str:
        """Keep a result, and drop the oldest ones if there is no room. Returns its key."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[key] = prediction
            self.num_bytes += num_bytes(prediction)
            while len(self._kept) > 1 and self.num_bytes > self.max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self.num_bytes -= num_bytes(oldest)
        return key

    def get(self, key: str, score_thr: float) -> Prediction:
        """A result without objects of a lower score.

        Raises:
            KeyError: If it is not kept, or no longer.
        """
        with self._lock:
            self._kept.move_to_end(key)
            return self._kept[key].at_least(score_thr)
