"""What the pickle of a checkpoint may name."""

from __future__ import annotations

import re

from .refusal import CheckpointError, Room, more_than_weights
from .stand_ins import StandIns

# Of the names that PyTorch's own safe loading knows, those that weights and a resumed run need and
# that nothing stands in for.
OF_PYTORCH = re.compile(
    r'torch\.device'
    r'|torch\.(float(16|32|64)|bfloat16|u?int(8|16|32|64)|bool|float8_\w+)'
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


def check_name(name: str) -> None:
    """Check the whole name of a function or class.

    Raises:
        CheckpointError: If weights do not need it.
    """
    if what := next((what for what, names in FOREIGN.items() if names.search(name)), None):
        raise CheckpointError(f'it holds {what} ({name:.60}), which no network here has')
    if not OF_PYTORCH.fullmatch(name) and name not in OF_OURS:
        raise more_than_weights(name)
