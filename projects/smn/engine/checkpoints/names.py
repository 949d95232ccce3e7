"""What the pickle of a checkpoint may name, and what each name stands for while it is read."""

from __future__ import annotations

import pickletools
import re
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from typing import BinaryIO

from .errors import CheckpointError, more_than_weights
from .keys import KeyCheck
from .room import Room
from .stand_ins import StandIns

# Of the names that PyTorch's own safe loading knows, those that weights and a resumed run need and
# that nothing stands in for.
OF_PYTORCH = re.compile(
    r'torch\.device'
    r'|torch\.(b?float|u?int)\d+|torch\.(bool|float8_\w+)'
    r'|torch\.(\w+Storage|storage\.UntypedStorage)'
    r'|torch\.nn\.parameter\.Parameter'
    r'|torch\._utils\._rebuild_(tensor|tensor_v2|tensor_v3|parameter)'
)
OF_OURS = StandIns(Room(0)).by_name().keys()
# What no network here has, with the names that tell.
FOREIGN = {
    'a sparse tensor': re.compile(r'_rebuild_sparse|_get_layout|torch\.sparse'),
    'complex numbers': re.compile(r'complex', re.IGNORECASE),
    'a quantised tensor': re.compile(
        r'_rebuild_qtensor|torch\.QU?Int|torch\.per_(tensor|channel)_'
    ),
}
# These name what they want in ways that PyTorch's safe loading does not know.
OTHER_PROTOCOLS = {'STACK_GLOBAL', 'INST', 'OBJ', 'EXT1', 'EXT2', 'EXT4', 'NEWOBJ_EX'}
LEGACY_PICKLES = 5  # magic number, protocol, system, content, keys of the storages that follow


def check_names(pickle: bytes | BinaryIO) -> None:
    """Read a pickle without running it, and check what it names.

    Args:
        pickle: Of a file, it is left after the pickle's end.

    Raises:
        CheckpointError: If it names more than weights need, or is no pickle.
    """
    try:
        keys = KeyCheck()
        for opcode, argument, _ in pickletools.genops(pickle):
            if opcode.name in OTHER_PROTOCOLS:
                raise more_than_weights(f'or is of another pickle protocol than 2: {opcode.name}')
            if opcode.name == 'GLOBAL':
                _check_name(*argument.partition(' ')[::2])
            keys.follow(opcode, argument)
    except CheckpointError:
        raise
    except Exception:  # any file may be given, and the parser may stumble anywhere
        raise CheckpointError('it is damaged, or no checkpoint') from None


def check_legacy_names(file: BinaryIO) -> None:
    """As :func:`check_names`, for the pickles of a file that PyTorch before 1.6 wrote.

    Raises:
        CheckpointError: If one names more than weights need, or the file is no such file.
    """
    for _ in range(LEGACY_PICKLES):
        check_names(file)


def _check_name(module: str, name: str) -> None:
    if (module, name) in NAME_MAPPING:  # Python 2 called it otherwise, and protocol 2 still does
        module, name = NAME_MAPPING[module, name]
    full = f'{IMPORT_MAPPING.get(module, module)}.{name}'
    if what := next((what for what, names in FOREIGN.items() if names.search(full)), None):
        raise CheckpointError(f'it holds {what} ({full:.60}), which no network here has')
    if not OF_PYTORCH.fullmatch(full) and full not in OF_OURS:
        raise more_than_weights(full)
