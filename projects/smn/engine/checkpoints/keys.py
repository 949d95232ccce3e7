"""Keys of dictionaries in a pickle, checked before there are any."""

from __future__ import annotations

from pickletools import OpcodeInfo, markobject, pytuple
from typing import Any

from .errors import CheckpointError, more_than_weights


class KeyCheck:
    """Follows which places of a pickle's stack are tuples, and refuses those as keys.

    A tuple can hold another twice, which holds another twice, and so on: to hash such a key takes
    for ever, and that is done before the dictionary is there to be looked at.
    """

    def __init__(self) -> None:
        self._tuples: list[bool] = []  # for each value on the stack, whether it is one
        self._marks: list[int] = []
        self._memo: dict[int, bool] = {}

    def follow(self, opcode: OpcodeInfo, argument: Any) -> None:
        """Do to the stack what an instruction does.

        Raises:
            CheckpointError: If it makes a tuple a key, or takes what is not there.
        """
        if opcode.name == 'MARK':
            self._marks.append(len(self._tuples))
            return
        taken = self._take(opcode.stack_before)
        if opcode.name.startswith('SETITEM') and any(taken[-2::-2]):  # key, value, key, value
            raise more_than_weights('a tuple as a key')
        if 'PUT' in opcode.name:
            self._memo[argument] = self._tuples[-1]
        elif 'GET' in opcode.name:
            self._tuples.append(self._memo[argument])
        else:
            self._tuples.extend(made is pytuple for made in opcode.stack_after)

    def _take(self, before: list) -> list[bool]:
        """Off the stack: so many values, or all since the last mark and what lies below it."""
        marked = markobject in before
        start = self._marks.pop() - before.index(markobject) if marked else -len(before)
        start += 0 if marked else len(self._tuples)
        if start < 0:
            raise CheckpointError('it is damaged, or no checkpoint')
        taken = self._tuples[start:]
        del self._tuples[start:]
        return taken
