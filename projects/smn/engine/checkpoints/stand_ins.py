"""What the functions and classes that a checkpoint's pickle may name do while it is read.

Each does what an honest checkpoint needs of it, and refuses anything else.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection
from reprlib import repr as short
from typing import Any

import torch

from .records import ArrayRecord, DtypeRecord, HistoryRecord, ScalarRecord
from .refusal import Room, more_than_weights

# Values that contain no others, and cost little to hash.
ATOMS = (str, bytes, int, float, bool, type(None), torch.dtype, torch.device)
# The methods of HistoryBuffer that each of them carries with it.
STATISTICS = ('min', 'max', 'current', 'mean')
ITEM_BYTES = 8
MOST_SIDES = 64  # of a tensor


class StandIns:
    """Stand-ins for reading one file.

    Args:
        room: What may be made of the file.
    """

    def __init__(self, room: Room) -> None:
        self.room = room

    def by_name(self) -> dict[str, Callable]:
        """Names as in a pickle, and what stands for them."""
        return {
            '_codecs.encode': self.encode,
            'builtins.bytes': self.no_bytes,
            'builtins.getattr': self.statistic,
            'builtins.set': self.set,
            'collections.Counter': self.counter,
            'collections.OrderedDict': self.ordered_dict,
            'mmengine.logging.history_buffer.HistoryBuffer': HistoryRecord,
            'numpy.dtype': DtypeRecord,
            'numpy.ndarray': ArrayRecord,
            # NumPy 2 and 1.
            'numpy._core.multiarray._reconstruct': ArrayRecord,
            'numpy.core.multiarray._reconstruct': ArrayRecord,
            'numpy._core.multiarray.scalar': ScalarRecord,
            'numpy.core.multiarray.scalar': ScalarRecord,
            'torch.Size': self.size,
        }

    def encode(self, text: Any, codec: Any) -> bytes:
        """How bytes are written."""
        if not isinstance(text, str) or codec not in ('latin1', 'latin-1'):
            raise more_than_weights(f'_codecs.encode to {short(codec)}')
        self.room.take(len(text))
        return text.encode('latin1')

    def no_bytes(self, *content: Any) -> bytes:
        """How bytes of length 0 are written."""
        if content:
            raise more_than_weights('builtins.bytes of something')
        return b''

    def statistic(self, owner: Any, name: Any) -> str:
        """How a history names its methods. Here they stay names."""
        if owner is not HistoryRecord or not isinstance(name, str) or name not in STATISTICS:
            raise more_than_weights(f'builtins.getattr of {short(name)}')
        return name

    def set(self, items: Any) -> set:
        """Of a list."""
        return set(self._atoms(items, list))

    def counter(self, counts: Any = None) -> Counter:
        """Of a dictionary."""
        return Counter(self._atoms({} if counts is None else counts, dict))

    def ordered_dict(self, items: Any = ()) -> OrderedDict:
        """Of nothing; Python 2 wrote a list of pairs."""
        if isinstance(items, list):
            self._atoms([key for key, _ in items], list)
        elif items != ():
            raise more_than_weights('collections.OrderedDict of something')
        return OrderedDict(items)

    def size(self, sides: Any) -> torch.Size:
        """Of a tuple of lengths."""
        if not isinstance(sides, tuple) or len(sides) > MOST_SIDES:
            raise more_than_weights('torch.Size of something')
        return torch.Size(sides)

    def _atoms(self, items: Collection, kind: type) -> Collection:
        if type(items) is not kind or not all(type(item) in ATOMS for item in items):
            raise more_than_weights(f'a {kind.__name__} of others than numbers and text')
        self.room.take(ITEM_BYTES * len(items))
        return items
