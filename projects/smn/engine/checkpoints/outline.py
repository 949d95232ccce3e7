"""A pickle followed without running it: what goes where, before anything is made."""

from __future__ import annotations

import pickletools
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from enum import Enum, auto
from typing import Any, BinaryIO, NamedTuple

from .names import check_name
from .refusal import DAMAGED, CheckpointError, Room, more_than_weights

# These name what they want in ways that PyTorch's safe loading does not know.
OTHER_PROTOCOLS = {'STACK_GLOBAL', 'INST', 'OBJ', 'EXT1', 'EXT2', 'EXT4', 'NEWOBJ_EX'}
LONGEST_TUPLE = 8  # of those that are looked into
KEYS = (str, int, float, bool, type(None))
CONSTANTS = dict(NONE=None, NEWTRUE=True, NEWFALSE=False)


class Kind(Enum):
    """What is on a pickle's stack, besides constants, which are there as such, and tuples."""

    NAME = auto()  # of a function or class
    OBJECT = auto()


class Tuple(NamedTuple):
    """A tuple: how many values it unfolds to, and what is in it if that is not much."""

    size: int
    parts: list[Any]


class Outline:
    """Follows one pickle; of a file, up to the pickle's end.

    PyTorch's safe loading makes what it reads as it reads it: it hashes keys and prints what it
    refuses, which takes for ever of a tuple that holds a tuple twice that holds a tuple twice, and
    so on. Here a tuple is charged for all that it unfolds to each time that it is put on the stack.

    Args:
        pickle: To follow.
        room: What may be made of the file.

    Attributes:
        storages: The keys of the storages that tensors are made of.
        texts: All texts.

    Raises:
        CheckpointError: If it names what it must not, or does what no checkpoint does.
        Exception: If it is none; any file may be given, and the parser may stumble anywhere.
    """

    def __init__(self, pickle: bytes | BinaryIO, room: Room) -> None:
        self.room = room
        self.storages: set[str] = set()
        self.texts: set[str] = set()
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        started = False
        for opcode, argument, _ in pickletools.genops(pickle):
            started = started or opcode.name == 'PROTO'
            if opcode.name in OTHER_PROTOCOLS and started:
                raise more_than_weights(f'or is of a later pickle protocol: {opcode.name}')
            self._step(opcode, argument)

    def _step(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        name = opcode.name
        if name == 'MARK':
            self._marks.append(len(self._stack))
            return
        taken = self._take(opcode.stack_before)
        self._check(name, taken)
        if 'PUT' in name:
            self._memo[argument] = self._stack[-1]
        elif 'GET' in name:
            self._stack.append(self._memo[argument])
            self.room.take(_size(self._stack[-1]))
        elif name == 'GLOBAL':
            check_name(_full_name(*argument.partition(' ')[::2]))
            self._stack.append(Kind.NAME)
        elif 'TUPLE' in name:
            size = 1 + sum(map(_size, taken))
            self._stack.append(Tuple(size, taken if len(taken) <= LONGEST_TUPLE else []))
        elif opcode.stack_after and (name in CONSTANTS or type(argument) in (str, int, float)):
            self._stack.append(CONSTANTS.get(name, argument))
            if isinstance(argument, str):
                self.texts.add(argument)
        else:
            self._stack.extend([Kind.OBJECT] * len(opcode.stack_after))

    def _take(self, before: list) -> list[Any]:
        """Off the stack: so many values, or all since the last mark and what lies below it."""
        if pickletools.markobject in before:
            start = self._marks.pop() - before.index(pickletools.markobject)
        else:
            start = len(self._stack) - len(before)
        if start < 0:
            raise CheckpointError(DAMAGED)
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def _check(self, name: str, taken: list[Any]) -> None:
        """Whether an instruction gets what it does in an honest file."""
        if name.startswith('SETITEM') and not all(type(key) in KEYS for key in taken[1::2]):
            raise more_than_weights('a key that is neither text nor a number')
        if name in ('REDUCE', 'NEWOBJ') and taken[0] is not Kind.NAME:
            raise more_than_weights('a call of what has no name')
        if name == 'BUILD' and taken[0] is not Kind.OBJECT:
            raise more_than_weights('a state of what is no object')
        if name == 'BINPERSID':
            what, kind, key, *_ = taken[0].parts  # the type of a storage, and its key in the file
            if (what, kind, type(key)) != ('storage', Kind.NAME, str):
                raise CheckpointError(DAMAGED)
            self.storages.add(key)


def _full_name(module: str, name: str) -> str:
    if (module, name) in NAME_MAPPING:  # Python 2 called it otherwise, and protocol 2 still does
        module, name = NAME_MAPPING[module, name]
    return f'{IMPORT_MAPPING.get(module, module)}.{name}'


def _size(value: Any) -> int:
    return value.size if isinstance(value, Tuple) else 1
