"""What a checkpoint's pickle is given in place of NumPy's and mmengine's classes.

A record keeps what the pickle says and does nothing. Once all is read, ``real`` checks it and makes
what it stands for. So a pickle never calls NumPy, whose dtypes and arrays trust what they are
given, and never reaches a function of a real class.
"""

from __future__ import annotations

import re
from reprlib import repr as short
from typing import Any

import numpy as np
from mmengine.logging import HistoryBuffer

from .refusal import Room, more_than_weights

# Numbers and text of fixed size: no objects, no fields, no dates.
CODES = re.compile(r'b1|[iu][1248]|f(2|4|8|16)|[SU][1-9]\d{0,5}')


class DtypeRecord:
    """A ``numpy.dtype``."""

    def __init__(self, code: Any = None, *_: Any) -> None:
        self.code = code
        self.order = '='

    def __setstate__(self, state: Any) -> None:
        """Of the state, the order of bytes is no part of the code."""
        self.order = state[1]

    def real(self, room: Room | None = None) -> np.dtype:
        if not (isinstance(self.code, str) and CODES.fullmatch(self.code)):
            raise more_than_weights(f'numpy.dtype {short(self.code)}')
        if not (isinstance(self.order, str) and self.order in ('<', '>', '=', '|')):
            raise more_than_weights(f'byte order {short(self.order)}')
        return np.dtype(self.code).newbyteorder(self.order)


class ArrayRecord:
    """A ``numpy.ndarray``, and the name of that class within a pickle."""

    def __init__(self, *_: Any) -> None:
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def real(self, room: Room) -> np.ndarray:
        try:
            _, shape, dtype, by_column, content = self.state
            return _real_array(room, shape, dtype, content, 'F' if by_column else 'C')
        except (TypeError, ValueError):
            raise more_than_weights('an array that is no plain one') from None


class ScalarRecord:
    """A number of NumPy."""

    def __init__(self, dtype: Any = None, content: Any = b'') -> None:
        self.dtype = dtype
        self.content = content

    def __setstate__(self, state: Any) -> None:
        """An honest one has none."""
        raise more_than_weights('a number of NumPy that is none')

    def real(self, room: Room) -> np.generic:
        try:
            return _real_array(room, (), self.dtype, self.content)[()]
        except (TypeError, ValueError):
            raise more_than_weights('a number of NumPy that is none') from None


class HistoryRecord:
    """An mmengine ``HistoryBuffer``: how a logged value went in a run.

    The real one would take functions from the file and make them methods of its class.
    """

    state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def real(self, room: Room) -> HistoryBuffer:
        try:
            keys = ('_log_history', '_count_history')
            values, counts = (self.state[key].real(room) for key in keys)
            if values.ndim != 1 or {values.dtype.kind, counts.dtype.kind} - set('biuf'):
                raise ValueError('no numbers in a row')
            return HistoryBuffer(values, counts, int(self.state['max_length']))
        except (AttributeError, KeyError, TypeError, ValueError, AssertionError):
            raise more_than_weights('a history of values that is none') from None


def _real_array(room: Room, shape: Any, dtype: Any, content: Any, order: str = 'C') -> np.ndarray:
    if not (isinstance(dtype, DtypeRecord) and isinstance(content, bytes)):
        raise TypeError('there must be a dtype and bytes')
    array = np.ndarray(shape, dtype.real(), content, order=order)
    room.take(array.nbytes)
    return array.copy(order)
